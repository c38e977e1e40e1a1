// Compares a device with the one that the user has in hand: by eye, by what it shows as text, or by its QR code.

import { type DeviceComparison, fingerprintOf, formatFingerprint, type MemberId } from "keystead";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { useDevice, useSnapshot, useWork } from "./hooks.js";
import { say, T } from "./texts.js";
import { Button, Field, Form, Groups, Icon, Notice, Problem } from "./ui.js";

/** What a comparison found. */
export interface Compared {
  readonly token: DeviceComparison["token"];
  /** In words; undefined when the user said that the digits differ. */
  readonly words: string;
}

interface CompareProps {
  readonly member: MemberId;
  readonly name: string;
  readonly compared: Compared | undefined;
  readonly onCompared: (result: Compared) => void;
}

const WAYS = ["byEye", "byText", "byCamera"] as const;

export function Compare({ member, name, compared, onCompared }: CompareProps) {
  const { session } = useDevice();
  useSnapshot(session);
  const { problem, run } = useWork();
  const [way, setWay] = useState<(typeof WAYS)[number]>("byEye");
  const [text, setText] = useState("");
  const id = useId();
  const check = (shown: string) =>
    run(async () => {
      await session.sync();
      const result = session.compare(shown, member);
      onCompared({ token: result.token, words: say(result) });
    });
  if (compared?.token) {
    return (
      <Notice tone="good" icon="check" isLive>
        <p>
          {T.compare.matched}. {compared.words}
        </p>
      </Notice>
    );
  }
  const expected = formatFingerprint(fingerprintOf(session.log, member));
  return (
    <div class="compare">
      {compared && (
        <Notice tone="danger" icon="alert" isLive>
          <p>{compared.words}</p>
          <p>{T.compare.differs(name)}</p>
        </Notice>
      )}
      <p>{T.compare.lead(name)}</p>
      <div class="tabs" role="tablist" aria-label={T.compare.ways}>
        {WAYS.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`${id}-${each}`}
            aria-selected={way === each}
            aria-controls={`${id}-panel`}
            onClick={() => setWay(each)}
          >
            {T.compare[each]}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${way}`} class="panel">
        {way === "byEye" && (
          <>
            <p>{T.compare.mustSee(name)}</p>
            <Groups text={expected} label={T.compare.mustSee(name)} />
            <div class="actions">
              <Button icon="check" onClick={() => check(expected)}>
                {T.compare.same}
              </Button>
              <Button
                look="quiet"
                onClick={() =>
                  onCompared({ token: undefined, words: say({ code: "comparison-mismatch", status: "mismatch" }) })
                }
              >
                {T.compare.differ}
              </Button>
            </div>
          </>
        )}
        {way === "byText" && (
          <Form onSubmit={() => check(text)}>
            <Field label={T.compare.text} value={text} onInput={setText} isCode rows={3} />
            <Button submits isOff={!text.trim()}>
              {T.compare.check}
            </Button>
          </Form>
        )}
        {way === "byCamera" && <Camera onRead={check} />}
      </div>
      <Problem>{problem}</Problem>
    </div>
  );
}

/** Reads a QR code with the camera. The decoder is loaded when it is needed. */
export function Camera({ onRead }: { readonly onRead: (text: string) => unknown }) {
  const video = useRef<HTMLVideoElement>(null);
  const [isMissing, setMissing] = useState(false);
  useEffect(() => {
    let isOver = false;
    let stream: MediaStream | undefined;
    const look = async () => {
      if (!navigator.mediaDevices) return setMissing(true);
      const { default: decode } = await import("qr/decode.js");
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const shown = video.current;
      if (isOver || !shown) return;
      shown.srcObject = stream;
      await shown.play();
      const canvas = document.createElement("canvas");
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const frame = () => {
        if (isOver || !context) return;
        [canvas.width, canvas.height] = [shown.videoWidth, shown.videoHeight];
        if (canvas.width > 0) {
          context.drawImage(shown, 0, 0);
          const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
          try {
            isOver = true;
            return void onRead(decode({ data, width, height }));
          } catch {
            // No code in this picture.
            isOver = false;
          }
        }
        requestAnimationFrame(frame);
      };
      frame();
    };
    look().catch(() => setMissing(true));
    return () => {
      isOver = true;
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, []);
  if (isMissing) {
    return (
      <Notice tone="calm" icon="alert" isLive>
        <p>{T.compare.noCamera}</p>
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
