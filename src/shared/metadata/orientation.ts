/** EXIF that says how an image is turned, and nothing else: a TIFF of one tag. */
export function orientationOnly(orientation: number): Buffer {
  const tiff = Buffer.from("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0", "latin1");
  tiff.writeUInt16BE(orientation, 18);
  return tiff;
}
