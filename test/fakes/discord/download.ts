/** The file behind an address of the CDN. */
export async function readFile(url: string): Promise<Buffer> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The CDN answered ${response.status} for ${url}`);
  return Buffer.from(await response.arrayBuffer());
}
