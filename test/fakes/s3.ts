/**
 * An S3 server with what `queue/cluster/blobs/s3.ts` uses: put, get and delete an object, list a bucket in pages. It
 * checks the signature of every request (AWS Signature Version 4) and the hash of the body, and refuses what a real one
 * refuses.
 */
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";

export interface FakeS3 {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly objects: Map<string, { readonly bytes: Buffer; readonly at: Date }>;
  /** Requests from now on get no answer. */
  hang: boolean;
  stop(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
}

const sha256 = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");
const hmac = (key: string | Buffer, data: string): Buffer => createHmac("sha256", key).update(data).digest();
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
const escapeXml = (text: string): string => text.replace(/[<>&]/g, (letter) => `&#${letter.charCodeAt(0)};`);
const refuse = (status: number, code: string): Answer => ({
  status,
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`,
});

/** The signature that a request must carry; see "Signature Version 4 signing process" in Amazon's reference. */
function signatureOf(
  request: IncomingMessage,
  url: URL,
  signed: readonly string[],
  scope: readonly string[],
  secret: string,
): string {
  const header = (name: string): string => String(request.headers[name] ?? "").trim();
  const query = [...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort();
  const lines = signed.map((name) => `${name}:${header(name)}\n`).join("");
  const path = decodeURIComponent(url.pathname).split("/").map(encode).join("/");
  const canonical = [
    request.method,
    path,
    query.join("&"),
    lines,
    signed.join(";"),
    header("x-amz-content-sha256"),
  ].join("\n");
  const [date = "", region = "", service = ""] = scope;
  const toSign = ["AWS4-HMAC-SHA256", header("x-amz-date"), [...scope].join("/"), sha256(canonical)].join("\n");
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), "aws4_request");
  return createHmac("sha256", key).update(toSign).digest("hex");
}

export async function startFakeS3(
  bucket: string,
  { pageSize = 1000 }: { readonly pageSize?: number } = {},
): Promise<FakeS3> {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "a secret of the test" };
  const objects: FakeS3["objects"] = new Map();

  const mayPass = (request: IncomingMessage, url: URL, body: Buffer): boolean => {
    const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)$/.exec(
      request.headers.authorization ?? "",
    );
    const [, id, scope = "", names = "", signature] = match ?? [];
    const signed = names.split(";");
    const hash = request.headers["x-amz-content-sha256"];
    const whole = signed.includes("host") && signed.includes("x-amz-date") && signed.includes("x-amz-content-sha256");
    const intact = hash === "UNSIGNED-PAYLOAD" || hash === sha256(body);
    const known = id === credentials.accessKeyId;
    return (
      known &&
      whole &&
      intact &&
      signature === signatureOf(request, url, signed, scope.split("/"), credentials.secretAccessKey)
    );
  };

  const list = (url: URL): Answer => {
    const prefix = url.searchParams.get("prefix") ?? "";
    const after = url.searchParams.get("continuation-token") ?? "";
    const keys = [...objects.keys()].sort().filter((key) => key.startsWith(prefix) && key > after);
    const page = keys.slice(0, pageSize);
    const more = keys.length > page.length;
    const contents = page.map((key) => {
      const { bytes, at } = objects.get(key) ?? { bytes: Buffer.alloc(0), at: new Date(0) };
      const modified = at.toISOString();
      const fields = `<Key>${escapeXml(key)}</Key><LastModified>${modified}</LastModified><Size>${bytes.length}</Size>`;
      return `<Contents>${fields}</Contents>`;
    });
    const next = more ? `<NextContinuationToken>${page.at(-1)}</NextContinuationToken>` : "";
    const flags = `<IsTruncated>${more}</IsTruncated><KeyCount>${page.length}</KeyCount>`;
    return {
      status: 200,
      body: `<?xml version="1.0"?><ListBucketResult>${flags}${next}${contents.join("")}</ListBucketResult>`,
    };
  };

  const answer = (request: IncomingMessage, url: URL, body: Buffer): Answer => {
    if (!mayPass(request, url, body)) return refuse(403, "SignatureDoesNotMatch");
    const [, name, ...rest] = decodeURIComponent(url.pathname).split("/");
    if (name !== bucket) return refuse(404, "NoSuchBucket");
    const key = rest.join("/");
    if (key === "" && url.searchParams.get("list-type") === "2") return list(url);
    if (request.method === "PUT") {
      objects.set(key, { bytes: body, at: new Date() });
      return { status: 200 };
    }
    if (request.method === "DELETE") {
      objects.delete(key);
      return { status: 204 };
    }
    const found = objects.get(key);
    return found ? { status: 200, body: found.bytes } : refuse(404, "NoSuchKey");
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (fake.hang) return;
    const { status, body } = answer(request, new URL(request.url ?? "/", "http://localhost"), Buffer.concat(chunks));
    response.writeHead(status, typeof body === "string" ? { "content-type": "application/xml" } : {});
    response.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was given");
  const fake: FakeS3 = {
    endpoint: `http://127.0.0.1:${address.port}`,
    credentials,
    objects,
    hang: false,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}
