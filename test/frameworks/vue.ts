import { useSnapshot } from "guide:Vue";
import { createApp } from "vue";
import { show, words } from "./screen.js";

void show((session, place) => {
  const app = createApp({
    setup() {
      const snapshot = useSnapshot(session);
      return () => words(snapshot.value);
    },
  });
  app.mount(place);
  return () => app.unmount();
});
