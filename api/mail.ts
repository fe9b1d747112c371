import { createTransport } from "nodemailer";

export type SignInMail = { to: string; link: string; minutes: number };
export type Mailer = { sendSignInLink(mail: SignInMail): Promise<void>; close(): void };

/** Mail that belongs to signing in. It goes out directly: a link in a queue table would be a usable token in a dump (S10). */
export function createMailer(options: { smtpUrl: string; from: string }): Mailer {
  const transport = createTransport(options.smtpUrl);
  return {
    sendSignInLink: async ({ to, link, minutes }) => {
      await transport.sendMail({
        from: options.from,
        to,
        subject: "Sign in to Petra",
        text: [
          "Somebody, hopefully you, asked to sign in to Petra with this address.",
          "",
          link,
          "",
          `The link works once, within ${minutes} minutes. If it was not you, ignore this mail: nobody was signed in.`,
        ].join("\n"),
      });
    },
    close: () => transport.close(),
  };
}
