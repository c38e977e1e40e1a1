import { Screen } from "guide:Screen";
import { mount, unmount } from "svelte";
import { show } from "./screen.js";

void show((session, target) => {
  const component = mount(Screen, { target, props: { session } });
  return () => unmount(component);
});
