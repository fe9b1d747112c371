import nodemailer from "nodemailer";

export type Mail = { messageId: string; to: string; subject: string; text: string; html: string };
export type MailSender = { send(mail: Mail): Promise<void>; close(): void };

/** Mail over SMTP. The same Message-ID at every try lets the receiving side drop a repeat (L8). Throws on refusal. */
export function createMailSender(options: { url: string; from: string }): MailSender {
  const transport = nodemailer.createTransport(options.url, { from: options.from });
  return {
    async send(mail) {
      await transport.sendMail({
        messageId: `<${mail.messageId}>`,
        to: mail.to,
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
    },
    close: () => transport.close(),
  };
}
