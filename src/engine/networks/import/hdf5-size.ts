/** How long an HDF5 file says it is, from its superblock: a truncated file is detected before the library opens it. */
import { open } from "node:fs/promises";

const SIGNATURE = Buffer.from("\x89HDF\r\n\x1a\n", "latin1");

/**
 * True if the file begins as HDF5 files do and is as long as its superblock says (HDF5 File Format Specification 3.0,
 * II.A). Superblocks behind a user block, which Keras never writes, are not looked for.
 */
export async function isWholeHdf5(path: string): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const head = Buffer.alloc(64);
    const { bytesRead } = await file.read(head, 0, 64, 0);
    if (bytesRead < 64 || !head.subarray(0, 8).equals(SIGNATURE)) return false;
    const version = head.readUInt8(8);
    const [offsets, first] = version <= 1 ? [head.readUInt8(13), version === 0 ? 24 : 28] : [head.readUInt8(9), 12];
    // Addresses of other than 8 bytes exist in the specification only.
    if (offsets !== 8) return true;
    return (await file.stat()).size >= Number(head.readBigUInt64LE(first + 16));
  } finally {
    await file.close();
  }
}
