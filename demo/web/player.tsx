// Plays a sealed voice message from any position: it fetches and opens only the parts that it plays.

import type { ContentReader } from "keystead";
import { fetchBlobs } from "keystead/blobs";
import type { Session } from "keystead/client";
import { useEffect, useRef, useState } from "preact/hooks";
import * as api from "./api.js";
import { useDevice, useWork } from "./hooks.js";
import { minutes, T } from "./texts.js";
import { Icon, Problem } from "./ui.js";

const HEADER = 44;
/** Seconds of sound that are fetched at a time. */
const PART = 2;

/** A WAV file of one channel with 16 bits, read in parts. */
class Recording {
  readonly #reader: ContentReader;
  readonly #rate: number;

  private constructor(reader: ContentReader, rate: number) {
    this.#reader = reader;
    this.#rate = rate;
  }

  static async open(session: Session, { id, recording }: api.SealedItem, onFetched: (share: number) => void) {
    const blobs = fetchBlobs({ url: `${location.origin}/keys`, signer: () => session.signer });
    const blob = recording === null ? undefined : await blobs.open(recording);
    if (!blob) throw new api.ApiError(404);
    const parts = new Map<number, Promise<Uint8Array>>();
    const source = {
      size: blob.size,
      async read(offset: number, length: number) {
        const known = await parts.get(offset);
        if (known?.length === length) return known;
        onFetched(length / blob.size);
        const part = Promise.resolve(blob.read(offset, length));
        parts.set(offset, part);
        return await part;
      },
    };
    const expected = { purpose: "recording", associatedData: new TextEncoder().encode(id) };
    const reader = await session.openRandomAccess(source, expected);
    const header = await reader.read(0, HEADER);
    return new Recording(reader, new DataView(header.buffer, header.byteOffset).getUint32(24, true));
  }

  get seconds(): number {
    return (this.#reader.size - HEADER) / 2 / this.#rate;
  }

  /** The sound from a second on, at most {@link PART} long. */
  async part(context: AudioContext, from: number): Promise<AudioBuffer> {
    const first = Math.floor(from * this.#rate);
    const count = Math.min(PART * this.#rate, (this.#reader.size - HEADER) / 2 - first);
    const bytes = await this.#reader.read(HEADER + 2 * first, 2 * count);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const buffer = context.createBuffer(1, count, this.#rate);
    const samples = buffer.getChannelData(0);
    for (let at = 0; at < count; at++) samples[at] = view.getInt16(2 * at, true) / 32_768;
    return buffer;
  }

  close(): void {
    this.#reader.wipe();
  }
}

/** Plays a recording from a position: schedules the next part while one sounds. */
class Playback {
  readonly #context: AudioContext;
  readonly #recording: Recording;
  #isOver = false;
  /** The recording's position when the context's clock stood at zero. */
  #offset: number | undefined;

  constructor(context: AudioContext, recording: Recording) {
    this.#context = context;
    this.#recording = recording;
  }

  async play(from: number): Promise<void> {
    let at = from;
    while (!this.#isOver && at < this.#recording.seconds) {
      const buffer = await this.#recording.part(this.#context, at);
      if (this.#isOver) return;
      const begin = this.#offset === undefined ? this.#context.currentTime + 0.05 : at - this.#offset;
      this.#offset ??= at - begin;
      const node = this.#context.createBufferSource();
      node.buffer = buffer;
      node.connect(this.#context.destination);
      node.start(Math.max(begin, this.#context.currentTime));
      at += buffer.duration;
      await new Promise<void>((resolve) => {
        // The next part is fetched one second before this one ends.
        setTimeout(resolve, Math.max(0, 1000 * (at - (this.#offset ?? 0) - this.#context.currentTime - 1)));
      });
    }
  }

  get position(): number {
    return this.#offset === undefined ? 0 : this.#context.currentTime + this.#offset;
  }

  stop(): void {
    this.#isOver = true;
    void this.#context.close();
  }
}

interface PlayerProps {
  readonly item: api.SealedItem;
  readonly seconds: number;
  readonly peaks: readonly number[];
}

export function Player({ item, seconds, peaks }: PlayerProps) {
  const { session } = useDevice();
  const { problem, run } = useWork();
  const [position, setPosition] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [fetched, setFetched] = useState(0);
  const recording = useRef<Recording | undefined>(undefined);
  const playback = useRef<Playback | undefined>(undefined);

  const stop = () => {
    playback.current?.stop();
    playback.current = undefined;
    setPlaying(false);
  };
  const play = (from: number) =>
    run(async () => {
      playback.current?.stop();
      const context = new AudioContext();
      recording.current ??= await Recording.open(session, item, (share) => setFetched((sum) => sum + share));
      const next = new Playback(context, recording.current);
      playback.current = next;
      setPlaying(true);
      const draw = () => {
        if (playback.current !== next) return;
        const now = next.position;
        if (now > 0) setPosition(Math.min(now, seconds));
        if (now >= seconds) {
          stop();
          return setPosition(0);
        }
        requestAnimationFrame(draw);
      };
      requestAnimationFrame(draw);
      await next.play(from);
    });
  const seek = (to: number) => {
    setPosition(to);
    if (isPlaying) void play(to);
  };
  useEffect(
    () => () => {
      stop();
      recording.current?.close();
    },
    [],
  );
  return (
    <div class="player">
      <button
        type="button"
        class="round"
        aria-label={isPlaying ? T.player.pause : T.player.play}
        onClick={() => (isPlaying ? stop() : void play(position))}
      >
        <Icon name={isPlaying ? "pause" : "play"} />
      </button>
      <div class="wave">
        <svg viewBox={`0 0 ${peaks.length} 40`} preserveAspectRatio="none" aria-hidden="true">
          {peaks.map((peak, at) => (
            <rect
              key={at}
              class={at / peaks.length < position / seconds ? "played" : ""}
              x={at + 0.2}
              width={0.6}
              y={20 - 1.5 - (peak / 100) * 17}
              height={3 + (peak / 100) * 34}
            />
          ))}
        </svg>
        <input
          type="range"
          min={0}
          max={seconds}
          step={0.1}
          value={position}
          aria-label={T.player.position}
          aria-valuetext={T.player.at(minutes(position), minutes(seconds))}
          onInput={(event) => seek(Number(event.currentTarget.value))}
        />
      </div>
      <p class="times">
        <span>{T.player.at(minutes(position), minutes(seconds))}</span>
        <span class="muted">{T.player.fetched(Math.min(100, Math.round(100 * fetched)))}</span>
      </p>
      <Problem>{problem}</Problem>
    </div>
  );
}
