import { useSnapshot } from "guide:Preact";
import { h, render } from "preact";
import { show, words } from "./screen.js";

void show((session, place) => {
  const Screen = () => h("p", null, words(useSnapshot(session)));
  render(h(Screen, null), place);
  return () => render(null, place);
});
