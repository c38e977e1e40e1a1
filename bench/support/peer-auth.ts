// Teams of @localfirst/auth.

import type { Auth, AuthDevice, AuthTeam, AuthUser } from "./peers.js";

/** A team with its founder's secrets. */
export interface BuiltTeam {
  readonly auth: Auth;
  readonly team: AuthTeam;
  readonly context: { readonly user: AuthUser; readonly device: AuthDevice };
}

/** A team of one, after `changes` changes. */
export function builtTeam(auth: Auth, changes: number): BuiltTeam {
  const context = person(auth, "alice");
  const team = auth.createTeam("Bench", context);
  for (let change = 0; change < changes; change++) team.setTeamName(`Bench ${change}`);
  return { auth, team, context };
}

/** A team of `members`. */
export function teamOf(auth: Auth, members: number): BuiltTeam {
  const built = builtTeam(auth, 0);
  for (let count = 1; count < members; count++) {
    const { user, device } = person(auth, `member ${count}`);
    built.team.addForTesting(user, [], auth.redactDevice(device));
  }
  return built;
}

/** The team from its bytes, as one of its devices loads it. */
export function loadAgain({ auth, team, context }: BuiltTeam): AuthTeam {
  return auth.loadTeam(team.save(), context, team.teamKeyring());
}

/** Invites somebody, admits them, and loads the team on their side. */
export function invite({ auth, team }: BuiltTeam): void {
  const { seed } = team.inviteMember();
  const bob = person(auth, "bob");
  team.admitMember(auth.generateProof(seed), auth.redactKeys(bob.user.keys), "bob");
  auth.loadTeam(team.save(), bob, team.teamKeyring()).join(team.teamKeyring());
}

function person(auth: Auth, name: string): BuiltTeam["context"] {
  const user = auth.createUser(name);
  return { user, device: auth.createDevice({ userId: user.userId, deviceName: "Laptop" }) };
}
