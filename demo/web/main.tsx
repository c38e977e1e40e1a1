// Begins.

import "@fontsource-variable/figtree/wght.css";
import "@fontsource/ibm-plex-mono/latin-500.css";
import "./style.css";
import "./styles/contacts.css";
import "./styles/portal.css";
import "./styles/escrow.css";
import "./styles/talk.css";
import { render } from "preact";
import { App } from "./app.js";
import { applyTheme } from "./hooks.js";
import { isPortal, Portal } from "./portal/portal.js";
import { Talk } from "./talk/talk.js";

applyTheme();
const root = document.getElementById("app");
if (root) render(isPortal ? <Portal /> : location.pathname === "/talk" ? <Talk /> : <App />, root);
