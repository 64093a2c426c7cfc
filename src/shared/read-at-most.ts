/**
 * The bytes of a stream, or undefined as soon as there are more than `maxBytes`. Reading no further ends the stream.
 *
 * @example await readAtMost(response.body, 10 * 1024 * 1024);
 */
export async function readAtMost(stream: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
