// Begins.

import "@fontsource-variable/figtree/wght.css";
import "@fontsource/ibm-plex-mono/latin-500.css";
import "./style.css";
import "./styles/contacts.css";
import { render } from "preact";
import { App } from "./app.js";

const root = document.getElementById("app");
if (root) render(<App />, root);
