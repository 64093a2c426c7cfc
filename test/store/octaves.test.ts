import { expect, it } from "vitest";
import { addDone, bytes, job, makeStore } from "./make.js";

const file = (text: string) => ({ bytes: bytes(text), type: "image/webp" });

it("octaves come back in their order, and are no inputs of their job", async () => {
  const { store } = makeStore();
  const one = await addDone(store);
  const names = Array.from({ length: 11 }, (_, index) => `octave ${index + 1}`);
  await store.octaves.keep(one.id, names.map(file));
  expect((await store.octaves.of(one.id))?.map((octave) => Buffer.from(octave).toString())).toEqual(
    names.map((name) => Buffer.from(bytes(name)).toString()),
  );
  const { pictures = [] } = store.jobs.get(one.id) ?? {};
  expect(Object.keys((await store.jobs.pictures(one.id)) ?? {})).toEqual(pictures);
  expect(await store.octaves.of((await addDone(store)).id)).toBeUndefined();
});

it("octaves go with their job's images, and with their job", async () => {
  const { store } = makeStore();
  const [emptied, removed] = [await addDone(store), await addDone(store)];
  const before = store.images.total().images;
  await store.octaves.keep(emptied.id, [file("a"), file("b")]);
  await store.octaves.keep(removed.id, [file("b"), file("c")]);
  expect(store.images.total().images).toBe(before + 3);
  store.jobs.removePictures([emptied.id]);
  expect(await store.octaves.of(emptied.id)).toBeUndefined();
  expect(await store.octaves.of(removed.id)).toHaveLength(2);
  store.jobs.remove([removed.id]);
  expect(await store.octaves.of(removed.id)).toBeUndefined();
  expect(store.images.total()).toEqual({ images: 0, bytes: 0 });
});

it("octaves of a job that is gone leave nothing behind", async () => {
  const { store } = makeStore();
  const before = store.images.total();
  await store.octaves.keep(job().id, [file("a")]);
  expect(store.images.total()).toEqual(before);
});
