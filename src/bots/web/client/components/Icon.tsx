const paths = {
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  reply: "M10 8L5 12.5 10 17M5.5 12.5H14a5 5 0 0 1 5 5V19",
  thread: "M5 6.5h14M5 11.5h14M5 16.5h8",
  smile: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM9 10v.01M15 10v.01M8.5 14.2c1.9 2.3 5.100 2.3 7 0",
  trash: "M5 7h14M10 7V5h4v2M7 7l.8 12h8.400L17 7M10.500 10.500v5.500M13.500 10.500v5.500",
  image: "M4.500 5.500h15v13h-15ZM4.500 15.500l4.500-4 4 3.500 2.500-2 4 3.500M15 9.500v.01",
  send: "M5 12l14-7-4.500 14-3-6zM11.500 13L19 5",
  download: "M12 4.500v10M8 11l4 4 4-4M5.500 19h13",
  left: "M14.500 5.500L8 12l6.500 6.500",
  right: "M9.500 5.500L16 12l-6.500 6.500",
  menu: "M4.500 7h15M4.500 12h15M4.500 17h15",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15.500 15.500L20 20",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 3v2M12 19v2M3 12h2M19 12h2M5.600 5.600L7 7M17 17l1.400 1.400M18.400 5.600L17 7M7 17l-1.400 1.400",
  moon: "M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10Z",
  auto: "M12 3.500a8.500 8.500 0 1 0 0 17ZM12 3.500a8.500 8.500 0 0 1 0 17",
  copy: "M9 9h10v10H9ZM15 9V5H5v10h4",
  check: "M5 12.500l4.500 4.500L19 7.500",
  compare: "M12 4v16M5 7h4v10H5ZM15 7h4v10h-4",
  down: "M6 9.500l6 6 6-6",
  retry: "M18.500 9A7 7 0 1 0 19 13.500M19 5v4.500h-4.500",
  lock: "M7 11h10v8H7ZM9 11V8.500a3 3 0 0 1 6 0V11",
  gallery: "M4.500 5h7v8h-7ZM4.500 16h7v3h-7ZM14.500 5h5v4h-5ZM14.500 12h5v7h-5Z",
  heart:
    "M12 19.500C5.500 15 3.500 11.800 3.500 8.900A4.400 4.400 0 0 1 12 7.200a4.400 4.400 0 0 1 8.500 1.700c0 2.900-2 6.100-8.500 10.600Z",
  play: "M8.500 5.500l10 6.500-10 6.500Z",
  eye: "M3 12s3.300-6 9-6 9 6 9 6-3.300 6-9 6-9-6-9-6ZM12 9.500a2.500 2.500 0 1 0 0 5 2.500 2.500 0 0 0 0-5Z",
  hidden:
    "M4 4l16 16M9.500 6.400A9.600 9.600 0 0 1 12 6c5.700 0 9 6 9 6a17 17 0 0 1-3 3.600M6 8.400A17 17 0 0 0 3 12s3.300 6 9 6a9 9 0 0 0 3.400-.7",
  again: "M5.500 9A7 7 0 0 1 18 8M18.500 4.500V8.500h-4M18.500 15A7 7 0 0 1 6 16M5.500 19.500v-4h4",
  gauge: "M4.500 17.500a8.500 8.500 0 1 1 15 0M12 14l4-5M12 14.200v.01",
  pause: "M9 6v12M15 6v12",
  drain: "M12 4v9M8 9.500l4 4 4-4M5.500 17.500h13M9 20.500h6",
  hash: "M9.500 4.500l-2 15M16.500 4.500l-2 15M5 9h15M4 15h15",
} as const;

type IconName = keyof typeof paths;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}

/** Interlaced threads that make an eye: the logo. */
export function Mark({ size = 28 }: { size?: number }) {
  return <img class="mark" src="/favicon.svg" width={size} height={size} alt="" draggable={false} />;
}
