// The blocks of docs/frameworks.md as modules; the check of examples gives them their real types.

declare module "guide:React" {
  export const useSnapshot: (session: import("keystead/client").Session) => import("keystead/client").Snapshot;
}
declare module "guide:Preact" {
  export const useSnapshot: (session: import("keystead/client").Session) => import("keystead/client").Snapshot;
}
declare module "guide:Vue" {
  export const useSnapshot: (session: import("keystead/client").Session) => {
    readonly value: import("keystead/client").Snapshot;
  };
}
declare module "guide:Screen" {
  export const Screen: import("svelte").Component<{ session: import("keystead/client").Session }>;
}
