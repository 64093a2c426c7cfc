/** Pictures that cannot be used or fetched. */
export const images = {
  "image.none": ({ line }: { line: string }) =>
    `There is no picture here. Attach one, or answer a message that has one, with ${line}.`,
  "image.too-small": ({ name, width, height, least }: { name: string; width: number; height: number; least: number }) =>
    `${name} is ${width} × ${height} pixels; send one of at least ${least} pixels on each side.`,
  "image.too-wide": ({ name, width, height, most }: { name: string; width: number; height: number; most: number }) =>
    `${name} is ${width} × ${height} pixels; send one of at most ${most} pixels on each side.`,
  "image.too-large": ({ name, megabytes }: { name: string; megabytes: number }) =>
    `The picture ${name} is larger than ${megabytes} MB; please send a smaller one.`,
  "image.too-slow": ({ name, seconds }: { name: string; seconds: number }) =>
    `The picture ${name} took longer than ${seconds} s to arrive; please try again.`,
  "link.busy-person": ({ count }: { count: number }) =>
    `I am still fetching ${count} pictures for you; please wait until they are here.`,
  "link.busy": "I am fetching many pictures just now; please try again in a moment.",
  "link.redirects": ({ count }: { count: number }) =>
    `That link is redirected more than ${count} times; please attach the picture instead.`,
  "link.protocol": ({ protocol }: { protocol: string }) =>
    `I fetch http and https links only, not ${protocol} ones; please attach the picture instead.`,
  "link.password": "I fetch no links with a user name or password in them; please attach the picture instead.",
  "link.port": ({ port }: { port: number }) =>
    `I fetch from the usual ports only, not from port ${port}; please attach the picture instead.`,
  "link.lookup": ({ host }: { host: string }) =>
    `${host} cannot be looked up just now; try again, or attach the picture instead.`,
  "link.no-site": ({ host }: { host: string }) => `There is no site ${host}; check the link.`,
  "link.private": ({ host }: { host: string }) =>
    `${host} is not on the public internet, and I fetch from nowhere else; please attach the picture instead.`,
  "link.unreachable": ({ host }: { host: string }) =>
    `${host} cannot be reached or breaks off; check the link, or attach the picture instead.`,
  "link.redirect-nowhere": ({ host }: { host: string }) =>
    `${host} redirects that link to nowhere; please attach the picture instead.`,
  "link.not-found": ({ host, status }: { host: string; status: number }) =>
    `${host} has nothing at that link (${status}); check it.`,
  "link.forbidden": ({ host, status }: { host: string; status: number }) =>
    `${host} does not show that picture to everybody (${status}); please attach the picture instead.`,
  "link.status": ({ host, status }: { host: string; status: number }) =>
    `${host} answers ${status} instead of a picture; try again later, or attach the picture instead.`,
  "link.page": "That link is a page, not a picture; link to the picture itself, or attach it.",
  "link.compressed": ({ host }: { host: string }) =>
    `${host} sends the picture compressed, which I do not unpack; please attach the picture instead.`,
  "palette.image-gone": "The picture of this palette is gone; please send it again with `/stylize`.",
  "image.empty": ({ name }: { name: string }) => `${name} is empty. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.`,
  "image.unreadable": ({ name }: { name: string }) =>
    `${name} is not a picture I can read. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.`,
  "image.format": ({ name, format }: { name: string; format: string }) =>
    `${name} cannot be used: I do not read ${format} files. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.`,
  "image.pretends": ({ name, format }: { name: string; format: string }) =>
    `${name} begins like a ${format} file but is none. Use a JPEG, PNG, WebP, GIF, AVIF or TIFF picture.`,
  "image.megapixels": ({ name, most }: { name: string; most: number }) =>
    `${name} has more than ${most} megapixels. Make it smaller and try again.`,
};
