const paths = {
  plus: "M12 5v14M5 12h14",
  link:
    "M10 14a4 4 0 0 0 6 .4l2.5-2.5a4 4 0 0 0-5.7-5.7L11.6 7.4" +
    "M14 10a4 4 0 0 0-6-.4l-2.5 2.5a4 4 0 0 0 5.7 5.7l1.2-1.2",
  enlarge: "M14 5h5v5M19 5l-6 6M10 19H5v-5M5 19l6-6",
  minus: "M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M10 8L5 12.5 10 17M5.5 12.5H14a5 5 0 0 1 5 5V19",
  thread: "M5 6.5h14M5 11.5h14M5 16.5h8",
  smile: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM9 10v.01M15 10v.01M8.5 14.2c1.9 2.3 5.1 2.3 7 0",
  trash: "M5 7h14M10 7V5h4v2M7 7l.8 12h8.4L17 7M10.5 10.5v5.5M13.5 10.5v5.5",
  image: "M4.5 5.5h15v13h-15ZM4.5 15.5l4.5-4 4 3.5 2.5-2 4 3.5M15 9.5v.01",
  send: "M5 12l14-7-4.5 14-3-6zM11.5 13L19 5",
  download: "M12 4.5v10M8 11l4 4 4-4M5.5 19h13",
  left: "M14.5 5.5L8 12l6.5 6.5",
  right: "M9.5 5.5L16 12l-6.5 6.5",
  menu: "M4.5 7h15M4.5 12h15M4.5 17h15",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15.5 15.5L20 20",
  sun:
    "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8m0-5v2m0 14v2M3 12h2m14 0h2" +
    "M5.6 5.6 7 7m10 10 1.4 1.4m0-12.8L17 7M7 17l-1.4 1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17ZM12 3.5a8.5 8.5 0 0 1 0 17",
  copy: "M9 9h10v10H9ZM15 9V5H5v10h4",
  check: "M5 12.5l4.5 4.5L19 7.5",
  compare: "M12 4v16M5 7h4v10H5ZM15 7h4v10h-4",
  down: "M6 9.5l6 6 6-6",
  retry: "M18.5 9A7 7 0 1 0 19 13.5M19 5v4.5h-4.5",
  lock: "M7 11h10v8H7ZM9 11V8.5a3 3 0 0 1 6 0V11",
  gallery: "M4.5 5h7v8h-7ZM4.5 16h7v3h-7ZM14.5 5h5v4h-5ZM14.5 12h5v7h-5Z",
  heart: "M12 19.5C5.5 15 3.5 11.8 3.5 8.9A4.4 4.4 0 0 1 12 7.2a4.4 4.4 0 0 1 8.5 1.7c0 2.9-2 6.1-8.5 10.6Z",
  play: "M8.5 5.5l10 6.5-10 6.5Z",
  eye: "M3 12s3.3-6 9-6 9 6 9 6-3.3 6-9 6-9-6-9-6ZM12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5Z",
  hidden:
    "M4 4l16 16M9.5 6.4A9.6 9.6 0 0 1 12 6c5.7 0 9 6 9 6a17 17 0 0 1-3 3.6" +
    "M6 8.4A17 17 0 0 0 3 12s3.3 6 9 6a9 9 0 0 0 3.4-.7",
  again: "M5.5 9A7 7 0 0 1 18 8M18.5 4.5V8.5h-4M18.5 15A7 7 0 0 1 6 16M5.5 19.5v-4h4",
  gauge: "M4.5 17.5a8.5 8.5 0 1 1 15 0M12 14l4-5M12 14.2v.01",
  pause: "M9 6v12M15 6v12",
  drain: "M12 4v9M8 9.5l4 4 4-4M5.5 17.5h13M9 20.5h6",
  more:
    "M5.5 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6ZM12 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6Z" +
    "M18.5 11.2a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6Z",
  mute: "M4.5 9.5h3.5l4.5-4v13l-4.5-4H4.5ZM16 9.5l5 5M21 9.5l-5 5",
  ban: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM6 6l12 12",
  pen: "M5 19l1-4L16.5 4.5l3 3L9 18ZM14 7l3 3",
  brush: "M19.5 4.5L11 13M11 13l-1.5-1.5M11 13l1.5 1.5M9.5 12.5c-3 0-3 3-5 5.5 3.5 1 7.5-.5 7-3.5",
  undo: "M9 5L4.5 9.5 9 14M5 9.5h9a5 5 0 0 1 0 10h-4",
  leave: "M10 5H5.5v14H10M10 12h10M16.5 8.5L20 12l-3.5 3.5",
  shield: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.5-7-4.5-7-9V6Z",
  box: "M4.5 5h15v4h-15ZM6 9v10h12V9M10 13h4",
  bell: "M6 17h12c-1.3-1.5-1.8-3-1.8-6a4.2 4.2 0 0 0-8.4 0c0 3-.5 4.5-1.8 6ZM10.3 19.5a2 2 0 0 0 3.4 0",
  bellOff:
    "M6 17h12c-1.3-1.5-1.8-3-1.8-6a4.2 4.2 0 0 0-8.4 0c0 3-.5 4.5-1.8 6ZM10.3 19.5a2 2 0 0 0 3.4 0M4.5 4.5l15 15",
  warning: "M12 4.5l8.5 15h-17ZM12 10v4.5M12 17v.01",
  hash: "M9.5 4.5l-2 15M16.5 4.5l-2 15M5 9h15M4 15h15",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** Interlaced threads that make an eye: the logo. */
export function Mark({ size = 28 }: { size?: number }) {
  return <img class="mark" src="favicon.svg" width={size} height={size} alt="" draggable={false} />;
}
