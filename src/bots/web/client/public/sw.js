// Shows the chat's notifications, also on phones, and leads to what they tell of. It keeps nothing: the page itself
// always comes from the server.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(goTo(String(event.notification.data?.href ?? "")));
});

async function goTo(href) {
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const page = pages.find(({ url }) => url.startsWith(self.registration.scope));
  if (!page) return self.clients.openWindow(self.registration.scope + href);
  page.postMessage({ goTo: href });
  return page.focus();
}
