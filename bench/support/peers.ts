// The packages that benchmarks compare with. They have their own lockfile, bench/package-lock.json, and are optional: rows skip
// packages that are not installed. Each type declares the part that is used.

import { existsSync } from "node:fs";

export const INSTALL = "npm ci --ignore-scripts --prefix bench";

/** Whether bench/package.json is installed. */
export function peersInstalled(): boolean {
  return existsSync(new URL("../node_modules", import.meta.url));
}

async function load<T>(name: string): Promise<T | undefined> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

type Bytes = ReadableStream<Uint8Array>;

export interface Age {
  generateHybridIdentity(): Promise<string>;
  identityToRecipient(identity: string): Promise<string>;
  Encrypter: new () => {
    addRecipient(recipient: string): void;
    setPassphrase(passphrase: string): void;
    encrypt(file: Uint8Array): Promise<Uint8Array>;
    encrypt(file: Bytes): Promise<Bytes>;
  };
  Decrypter: new () => {
    addIdentity(identity: string): void;
    addPassphrase(passphrase: string): void;
    decrypt(file: Uint8Array): Promise<Uint8Array>;
    decrypt(file: Bytes): Promise<Bytes>;
  };
}
export const age = () => load<Age>("age-encryption");

export interface OpenPgp {
  generateKey(options: object): Promise<{ readonly publicKey: object; readonly privateKey: object }>;
  createMessage(options: { readonly binary: Bytes }): Promise<object>;
  readMessage(options: { readonly binaryMessage: Bytes }): Promise<object>;
  encrypt(options: object): Promise<Bytes>;
  decrypt(options: object): Promise<{ readonly data: Bytes }>;
}
export const openpgp = () => load<OpenPgp>("openpgp");

export interface Sodium {
  readonly ready: Promise<void>;
  crypto_secretstream_xchacha20poly1305_keygen(): Uint8Array;
  crypto_secretstream_xchacha20poly1305_init_push(key: Uint8Array): {
    readonly state: object;
    readonly header: Uint8Array;
  };
  crypto_secretstream_xchacha20poly1305_push(state: object, data: Uint8Array, ad: null, tag: number): Uint8Array;
  crypto_secretstream_xchacha20poly1305_init_pull(header: Uint8Array, key: Uint8Array): object;
  crypto_secretstream_xchacha20poly1305_pull(state: object, data: Uint8Array): { readonly message: Uint8Array };
  crypto_sign_keypair(): { readonly publicKey: Uint8Array; readonly privateKey: Uint8Array };
  crypto_sign_detached(message: Uint8Array, key: Uint8Array): Uint8Array;
  crypto_sign_verify_detached(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean;
}
export async function sodium(): Promise<Sodium | undefined> {
  const module = await load<{ readonly default: Sodium }>("libsodium-wrappers-sumo");
  await module?.default.ready;
  return module?.default;
}

export interface Mls {
  getCiphersuiteImpl(suite: object): Promise<object>;
  getCiphersuiteFromName(name: string): object;
  defaultCapabilities(): object;
  readonly defaultLifetime: object;
  readonly emptyPskIndex: object;
  generateKeyPackage(credential: object, ...rest: unknown[]): Promise<MlsKeyPackage>;
  createGroup(id: Uint8Array, ...rest: unknown[]): Promise<MlsState>;
  createCommit(context: object, options?: object): Promise<MlsCommit>;
  joinGroup(welcome: object | undefined, ...rest: unknown[]): Promise<MlsState>;
  encodeMlsMessage(message: object): Uint8Array;
  decodeMlsMessage(bytes: Uint8Array, at: 0): [{ readonly privateMessage: object }];
  processPrivateMessage(state: MlsState, ...rest: unknown[]): Promise<{ readonly newState: MlsState }>;
}
export interface MlsKeyPackage {
  readonly publicPackage: object;
  readonly privatePackage: object;
}
export interface MlsState {
  readonly ratchetTree: object;
}
export interface MlsCommit {
  readonly newState: MlsState;
  readonly commit: object;
  readonly welcome: object | undefined;
}
export const mls = () => load<Mls>("ts-mls");

export interface Auth {
  createUser(name: string): AuthUser;
  createDevice(options: { readonly userId: string; readonly deviceName: string }): AuthDevice;
  redactDevice(device: AuthDevice): object;
  redactKeys(keys: object): object;
  generateProof(seed: string): object;
  createTeam(name: string, context: object): AuthTeam;
  loadTeam(source: Uint8Array, context: object, keys: object): AuthTeam;
}
export interface AuthUser {
  readonly userId: string;
  readonly keys: object;
}
export interface AuthDevice {
  readonly keys: object;
}
export interface AuthTeam {
  addForTesting(user: AuthUser, roles: string[], device: object): void;
  remove(userId: string): void;
  members(): { readonly userId: string }[];
  setTeamName(name: string): void;
  save(): Uint8Array;
  teamKeyring(): object;
  inviteMember(): { readonly seed: string };
  admitMember(proof: object, keys: object, name: string): void;
  join(keyring: object): void;
}
export const auth = () => load<Auth>("@localfirst/auth");

export interface HpkeSuite {
  readonly kem: { generateKeyPair(): Promise<{ readonly publicKey: CryptoKey; readonly privateKey: CryptoKey }> };
  seal(
    params: { readonly recipientPublicKey: CryptoKey; readonly info: Uint8Array },
    text: Uint8Array,
  ): Promise<unknown>;
}
/** X-Wing with HKDF-SHA-256 and AES-256-GCM. */
export async function hpke(): Promise<HpkeSuite | undefined> {
  type Part = new () => object;
  const core = await load<{ CipherSuite: new (parts: object) => HpkeSuite; HkdfSha256: Part; Aes256Gcm: Part }>(
    "@hpke/core",
  );
  const xwing = await load<{ XWing: Part }>("@hpke/hybridkem-x-wing");
  if (!core || !xwing) return undefined;
  return new core.CipherSuite({ kem: new xwing.XWing(), kdf: new core.HkdfSha256(), aead: new core.Aes256Gcm() });
}
