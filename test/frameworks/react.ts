import { useSnapshot } from "guide:React";
import { createElement } from "react";
import { createRoot } from "react-dom/client";
import { show, words } from "./screen.js";

void show((session, place) => {
  const Screen = () => words(useSnapshot(session));
  const root = createRoot(place);
  root.render(createElement(Screen));
  return () => root.unmount();
});
