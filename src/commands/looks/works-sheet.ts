import type { GalleryViewer } from "../../port/gallery.js";
import type { Picture } from "../../port/messages.js";
import { type GalleryServices, workOf } from "../gallery/service.js";
import { gallerySheet } from "../gallery/sheet.js";
import type { HeartedWork } from "./hearted-works.js";

/** Works side by side. */
const COLUMNS = 6;

/** The works that people are asked for, as one picture. */
export async function worksSheet(
  works: readonly HeartedWork[],
  viewer: Pick<GalleryViewer, "platform" | "user">,
  services: GalleryServices,
): Promise<Picture> {
  const shown = works.flatMap(({ job }, index) => {
    const work = workOf(job, viewer, services);
    return work ? [{ ...work, number: index + 1 }] : [];
  });
  return gallerySheet(shown, services.thumbnails, COLUMNS);
}
