// Reads a QR code with the camera, and says so where there is none.

import { useEffect, useRef, useState } from "preact/hooks";
import { T } from "./texts.js";
import { Icon, Notice } from "./ui.js";

interface CameraProps {
  readonly onRead: (text: string) => unknown;
  /** What to do where there is no camera. */
  readonly missing?: string;
}

/** Shows what the camera sees until it sees a code. */
export function Camera({ onRead, missing = T.compare.noCamera }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const read = useRef(onRead);
  read.current = onRead;
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    const over = new AbortController();
    lookForCode(() => video.current, over.signal)
      .then((text) => text !== undefined && read.current(text))
      .catch(() => setMissing(true));
    return () => over.abort();
  }, []);
  if (isMissing) {
    return (
      <Notice tone="calm" icon="alert" isLive>
        <p>{missing}</p>
      </Notice>
    );
  }
  return (
    <figure class="camera">
      <video ref={video} playsInline muted aria-label={T.compare.scanning} />
      <figcaption class="muted">
        <Icon name="devices" />
        {T.compare.scanning}
      </figcaption>
    </figure>
  );
}

/** @returns the text of the first code that is seen; undefined when the signal ends it. @throws where there is no camera */
async function lookForCode(shown: () => HTMLVideoElement | null, over: AbortSignal): Promise<string | undefined> {
  // The decoder is loaded when it is needed.
  const { default: decode } = await import("qr/decode.js");
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  try {
    const video = shown();
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (over.aborted || !video || !context) return undefined;
    video.srcObject = stream;
    await video.play();
    while (!over.aborted) {
      const [width, height] = [video.videoWidth, video.videoHeight];
      if (width > 0) {
        [canvas.width, canvas.height] = [width, height];
        context.drawImage(video, 0, 0);
        const { data } = context.getImageData(0, 0, width, height);
        try {
          return decode({ data, width, height });
        } catch {
          // No code in this picture.
        }
      }
      await new Promise((next) => requestAnimationFrame(next));
    }
    return undefined;
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}
