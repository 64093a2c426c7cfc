import "@fontsource-variable/figtree/wght.css";
import "@fontsource-variable/figtree/wght-italic.css";
import "@fontsource-variable/fraunces/opsz.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/messages.css";
import "./styles/attached.css";
import "./styles/pictures.css";
import "./styles/composer.css";
import "./styles/gallery.css";
import "./styles/work.css";
import "./styles/overlays.css";
import "./styles/mask.css";
import "./styles/moderation.css";
import "./styles/phone.css";
import "./styles/admin.css";
import { render } from "preact";
import { App } from "./components/App.js";
import { readAlerts, startServiceWorker } from "./state/alerts.js";
import { loadSession } from "./state/api.js";
import { followBrokenPictures } from "./state/broken-pictures.js";
import { leaveCompositionsAlone } from "./state/composition.js";
import { resumeDrafts } from "./state/drafts.js";
import { followRoute } from "./state/follow-route.js";
import { connect, reconnectNow } from "./state/live.js";
import { setNews } from "./state/news.js";
import { resumeSending } from "./state/outbox.js";
import { followPresses } from "./state/press.js";
import { setState } from "./state/store.js";
import { errorText } from "./state/toasts.js";

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (!root) return;
  followBrokenPictures();
  leaveCompositionsAlone();
  render(<App />, root);
  try {
    const session = await loadSession();
    setNews(session.news);
    setState({
      alerts: readAlerts(),
      session,
      channels: session.channels,
      rev: session.rev,
      ahead: Date.now() - session.now,
    });
    resumeDrafts();
    followRoute();
    followPresses();
    connect();
    startServiceWorker();
    resumeSending();
    window.addEventListener("online", reconnectNow);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && reconnectNow());
  } catch (error) {
    setState({ fatal: errorText(error) });
  }
}

void start();
