import { fileURLToPath } from "node:url";
import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";
import { writeFonts } from "./fonts.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

writeFonts(`${here}src/lib/styles/fonts`);

/** The API that `vite dev` talks to; in production the API process mounts the built handler itself. */
const apiOrigin = process.env.PETRA_API_ORIGIN ?? "http://127.0.0.1:4100";

export default defineConfig({
  root: here,
  plugins: [
    tailwindcss(),
    sveltekit({
      adapter: adapter({ out: `${here}build` }),
      compilerOptions: { runes: true },
      csp: {
        mode: "nonce",
        directives: {
          "default-src": ["none"],
          "script-src": ["self"],
          "style-src": ["self"],
          // The one fixed attribute of SvelteKit's own route announcer; no other is allowed.
          "style-src-attr": ["unsafe-hashes", "sha256-S8qMpvofolR8Mpjy4kQvEm7m1q8clzU4dfDH0AmvZjo="],
          "img-src": ["self", "data:"],
          "font-src": ["self"],
          "connect-src": ["self"],
          "manifest-src": ["self"],
          // Browsers apply form-action to the redirect after a form post, hence the hosts outside.
          "form-action": [
            "self",
            "https://login.microsoftonline.com",
            "https://checkout.stripe.com",
            "https://billing.stripe.com",
          ],
          "frame-ancestors": ["none"],
          "base-uri": ["none"],
          "object-src": ["none"],
        },
      },
      version: { pollInterval: 0 },
    }),
  ],
  server: { proxy: { "/api": { target: apiOrigin } } },
});
