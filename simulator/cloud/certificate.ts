import { randomUUID, X509Certificate } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";

interface ServerCertificate {
  key: string;
  cert: string;
  /** The file clients trust: NODE_EXTRA_CA_CERTS or a `ca` option. */
  path: string;
}

/** A certificate for this machine only, kept in the folder so that a restart does not change it. */
export async function loadCertificate(folder: string): Promise<ServerCertificate> {
  const path = join(folder, "ca.pem");
  const keyPath = join(folder, "key.pem");
  if (existsSync(path) && existsSync(keyPath)) {
    const cert = readFileSync(path, "utf8");
    if (Date.parse(new X509Certificate(cert).validTo) > Date.now() + 86_400_000) {
      return { cert, key: readFileSync(keyPath, "utf8"), path };
    }
  }
  mkdirSync(folder, { recursive: true });
  // the name is new each time: a client that trusts two of these picks the issuer by name
  const notBefore = new Date(Date.now() - 86_400_000);
  const made = await generate(
    [{ name: "commonName", value: `Simulated Microsoft cloud ${randomUUID().slice(0, 8)}` }],
    {
      keyType: "ec",
      algorithm: "sha256",
      notBeforeDate: notBefore,
      notAfterDate: new Date(Date.now() + 2 * 365 * 86_400_000),
      extensions: [
        { name: "basicConstraints", cA: true },
        {
          name: "subjectAltName",
          altNames: [
            { type: 2, value: "localhost" },
            { type: 7, ip: "127.0.0.1" },
          ],
        },
      ],
    },
  );
  writeFileSync(path, made.cert);
  writeFileSync(keyPath, made.private, { mode: 0o600 });
  return { cert: made.cert, key: made.private, path };
}
