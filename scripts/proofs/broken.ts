// Rules of the models in proofs/, each broken by one edit, with the statement that is false then, and the links that show it. A
// theorem whose statement is refuted cannot be proved, by whatever script.

/** A model, and what a refutation needs besides: what the model is built on, its statements, and how histories are played. */
export const MODELS = {
  Model: { on: [], with: ["Statements", "Play"] },
  Classes: { on: ["Model"], with: ["ClassStatements", "ClassPlay"] },
  Escrow: { on: ["Model"], with: ["EscrowStatements", "EscrowPlay"] },
  Whole: { on: ["Model", "Classes", "Escrow"], with: ["WholeStatements", "WholePlay"] },
} as const;

export interface BrokenRule {
  /** The file with the rule; the default is Model. */
  readonly model?: keyof typeof MODELS;
  readonly rule: string;
  readonly becomes: string;
  readonly from: string;
  readonly to: string;
  readonly statement: keyof typeof STATEMENTS;
  /** What refutes the statement: links, and how they do. */
  readonly links: string;
  readonly proof: string;
}

/** The statements, as the end of a sentence. */
export const STATEMENTS = {
  no_gap: "there is no gap",
  coalition_within_reach: "a coalition stays within its reach",
  newcomer_reaches_nothing_older: "a newcomer reaches nothing older",
  removed_reaches_nothing_newer: "a removed member reaches nothing newer",
  removed_is_frozen: "a removed member stays as it was",
  own_links_extend_by_new_epochs: "a coalition reaches only new epochs by its own links",
  lockdown_keeps_out: "lockdown keeps out who is not confirmed",
  rotation_due_after_removal: "rotation is due while a removed member reaches the current epoch",
  founder_is_the_oldest: "a founder is the oldest member with a chain of approvals",
  approvals_change_something: "an approval gives something or moves",
  thief_does_not_lock: "a thief does not switch lockdown on",
  thief_is_not_confirmed: "a thief is not confirmed while a founding member is active",
  lockdown_keeps_thieves_out: "lockdown keeps thieves out",
  escrow_gives_what_was_granted: "escrow gives only what its proven pairs were granted",
  pointing_grants_nothing: "a pointer is granted nothing by being set",
  renewal_ends_it: "after a renewal nothing more is granted to a removed admin",
  pair_keys_stay_private: "a pair's key stays private",
  operator_spares_the_confirmed: "the operator removes no confirmed member in lockdown",
  restored_may_act: "whom escrow restores holds the current epoch",
  rotation_due_with_escrow: "rotation is due while a member that escrow removed reaches the current epoch",
  withheld_is_not_reached: "escrow does not reach what is withheld from it",
  pairs_are_what_escrow_reaches: "pairs were granted what escrow members reach",
  reviews_give_what_pairs_were_granted: "a review by escrow gives what pairs were granted",
  escrow_moves_nobody_before: "escrow moves nobody while a founding device is active",
} as const;

/** The Coq text that refutes the statement, after the model and its statements. */
export function refutationOf({ model = "Model", statement, links, proof }: BrokenRule): string {
  return `Definition links := ${links}.
${HELP[model]}
Theorem refuted : ~ ${statement}.
Proof.
  intros T.
  ${proof}
Qed.
`;
}

/** How the hypotheses of a statement about classes are shown. */
const CLASSES = `Ltac alone := split; [discriminate|]; intros a m I; vm_compute in I;
  repeat (destruct I as [I|I]; [inversion I; subst; lia|]); contradiction.
Ltac feed X := repeat match type of X with ?A -> _ =>
  let H := fresh in assert (H : A);
  [first [apply anything_after_classes; vm_compute; reflexivity|vm_compute; reflexivity|vm_compute; tauto|alone]|specialize (X H); clear H] end.
`;

/** What a coalition of Model.v computes. */
const KNOWLEDGE = `Definition one (m x : nat) := x = m.
Ltac published := apply dy_ax; left; vm_compute; tauto.
Ltac own m v := apply dy_ax; right; left; exists m, v; split; [reflexivity|reflexivity].
Ltac made e := apply dy_ax; right; right; exists e; split; [reflexivity|split; [vm_compute; lia|reflexivity]].
Ltac beyond_reach T C m e :=
  destruct (T C C (after links) e (fun _ H => H) (adversary_after C links eq_refl)) as (x & X & R);
  [|unfold C, one in X; subst x; vm_compute in R; discriminate].
`;

/** Pointers, and how the hypotheses of a statement about a whole log are shown. */
const WHOLE = `Ltac played := apply history_after_whole; vm_compute; reflexivity.
Ltac feed X := repeat match type of X with ?A -> _ =>
  let H := fresh in assert (H : A); [first [played|vm_compute; reflexivity|vm_compute; tauto]|specialize (X H); clear H] end.
`;

/** What refutations of statements about a model use. */
const HELP: { readonly [model in keyof typeof MODELS]: string } = {
  Model: KNOWLEDGE,
  Classes: CLASSES,
  Escrow: "",
  Whole: WHOLE,
};

/** Members and epochs: [m] is removed in epoch [c], and reaches [e]. */
const newer = (m: number, c: number, e: number) =>
  `assert (X := T anything (after links) ${m} ${c} ${e} (anything_after links eq_refl) eq_refl eq_refl). lia.`;
const notDue = (m: number, c: number) =>
  `discriminate (T anything (after links) ${m} ${c} (anything_after links eq_refl) eq_refl eq_refl).`;
/** [m] takes part, and does not hold the current epoch. */
const lacksCurrent = (m: number) =>
  `destruct (T (after links) ${m} (honest_play links eq_refl eq_refl) (conj eq_refl eq_refl)) as (a & L & K & _).
  assert (X := K (cur (after links)) ltac:(lia)). vm_compute in X. discriminate.`;
const thaws = (m: number, c: number, link: string, how: string) =>
  `destruct (T anything (after links) (${link}) [] ${m} ${c} (anything_after links eq_refl) eq_refl eq_refl) as (_ & A & R & S). ${how}`;
const signs = "destruct S as [S|(rm & S)]; [apply S; reflexivity|discriminate].";
/** One member computes an epoch that it does not reach. */
const computes = (m: number, e: number, how: string) =>
  `pose (C := one ${m}). beyond_reach T C ${m} ${e}. unfold C, one. ${how}`;
const bothEnds = (key: string) =>
  `pose (C := fun m => m = 2 \\/ m = 3).
  destruct (T C C (after links) 3 (fun _ H => H) (adversary_after C links eq_refl)) as (x & [X|X] & R);
    [|subst x; vm_compute in R; discriminate|subst x; vm_compute in R; discriminate].
  assert (S1 : know C (after links) (Seed 1)).
  { eapply dy_fst with (u := Nil). apply dy_dec with (k := gkey seeds [1] 3); [published|].
    apply dy_unbox with (m := 2) (v := 0); [published|]. apply dy_ax. right. left. exists 2, 0. split; [now left|reflexivity]. }
  assert (S4 : know C (after links) (Seed 4)).
  { apply dy_ax. right. right. exists 4. split; [now right|split; [vm_compute; lia|reflexivity]]. }
  assert (X : know C (after links) (seeds [1;2;3;4])).
  { apply dy_dec with (k := gkey seeds [1;2;3;4] 6); [published|]. apply dy_kdf. ${key} }
  simpl in X. apply dy_snd, dy_snd, dy_fst in X. exact X.`;

const KEY = "Definition gkey (S : list nat) (i : nat) := Kdf (kd S) i.";
const key = (from: string) => KEY.replace("Kdf (kd S)", `let _ := kd S in Kdf (${from})`);
const JOINED = "[Genesis 1 false; Join 2]";
const LEFT = "[Genesis 1 false; Join 2; Leave 2]";
const THREE = "[Genesis 1 false; Join 2; Enroll 1 3 []]";
const SIX = "[Genesis 1 false; Join 2; Review 1 [2] [] []; Review 1 [] [2] []; Join 3; Enroll 1 4 []]";
const LOCKED = "[Genesis 1 false; Lockdown 1 true [] []; Join 2";
const RCP = "Definition rcp st l m := act' st l m && (negb (lock' st l) || conf' st l m).";

/** The statement for these arguments, each hypothesis computed, as [X]; a thief's members are let in by themselves. */
const byClasses = (args: string) => `pose proof (T anything ${args}) as X. feed X.`;
const ALL_STAY = "(negb on || ((founder c a =? 1) && forallb (fun m => founder c m =? 1) (left_over c rm)))";

const BROKEN_CLASSES: readonly BrokenRule[] = [
  {
    model: "Classes",
    rule: "MEM-1",
    becomes: "an approval joins both classes",
    from: "led c x y || (led c x (auth l) && existsb (fun v => led c v y) (approved l)).",
    to: `led c x y || (led c x (auth l) && existsb (fun v => led c v y) (approved l))
  || (existsb (fun v => led c x v) (approved l) && led c (auth l) y).`,
    statement: "thief_is_not_confirmed",
    links: "[Genesis 1 false; Join 2; Join 3; Review 2 [3] [] []; Review 1 [3] [] []]",
    proof: `${byClasses("(eq 2) (after_classes links) 1 2")} vm_compute in X. discriminate.`,
  },
  {
    model: "Classes",
    rule: "MEM-1",
    becomes: "whom a member approved stays when that member moves",
    from: "(led c x (auth l) && existsb (fun v => led c v y) (approved l)).",
    to: "(led c x (auth l) && existsb (fun v => v =? y) (approved l)).",
    statement: "founder_is_the_oldest",
    links: "[Genesis 1 false; Join 2; Join 3; Review 2 [3] [] []; Review 1 [2] [] []]",
    proof: `${byClasses("(after_classes links) 3")} destruct X as (_ & _ & O).
  assert (C : chain (appd (after_classes links)) 1 3).
  { apply chain_by with 2; [vm_compute; tauto|]. apply chain_by with 3; [vm_compute; tauto|constructor]. }
  apply O in C. vm_compute in C. lia.`,
  },
  {
    model: "Classes",
    rule: "MEM-1",
    becomes: "an approval may change nothing",
    from: "forallb (fun m => extends c l m || moves c l m) ap",
    to: "forallb (fun m => true) ap",
    statement: "approvals_change_something",
    links: "[Genesis 1 false; Enroll 1 2 []]",
    proof: `${byClasses("(after_classes links) 1 [2] [] [] [] 2")} destruct X as [(e & A & _ & B)|L].
  - destruct e as [|[|e]]; vm_compute in A, B; discriminate.
  - vm_compute in L. lia.`,
  },
  {
    model: "Classes",
    rule: "MEM-5",
    becomes: "any confirmed member switches lockdown on",
    from: ALL_STAY,
    to: "true",
    statement: "thief_does_not_lock",
    links: "[Genesis 1 false; Join 2; Review 2 [] [1] []]",
    proof: `${byClasses("(eq 2) (after_classes links) 2 [] []")} exact (X eq_refl).`,
  },
  {
    model: "Classes",
    rule: "MEM-5",
    becomes: "lockdown is switched on with members of other classes",
    from: ALL_STAY,
    to: "(negb on || (founder c a =? 1))",
    statement: "lockdown_keeps_thieves_out",
    links: "[Genesis 1 false; Join 2; Lockdown 1 true [] []]",
    proof: `${byClasses("(eq 2) (after_classes links) 2")} destruct X as [_ R].
  assert (X := R 2). vm_compute in X. discriminate.`,
  },
  {
    model: "Classes",
    rule: "MEM-5",
    becomes: "in lockdown the confirmed class may die out",
    from: "&& (negb (lock b) || ",
    to: "&& (true || ",
    statement: "lockdown_keeps_thieves_out",
    links: "[Genesis 1 false; Lockdown 1 true [] []; Join 3; Leave 1]",
    proof: `${byClasses("(eq 3) (after_classes links) 3")} destruct X as [X _]. vm_compute in X. discriminate.`,
  },
  {
    model: "Classes",
    rule: "MEM-5",
    becomes: "in lockdown the operator removes confirmed members",
    from: "forallb (fun m => negb (lock (core c)) || negb (confirmed c m)) rm",
    to: "forallb (fun m => true) rm",
    statement: "operator_spares_the_confirmed",
    links: "[Genesis 1 false; Enroll 1 2 []; Lockdown 1 true [] []]",
    proof: `${byClasses("(after_classes links) [2] [] 2")} vm_compute in X. discriminate.`,
  },
];

/** A pair is granted epoch 1; then the pointer has another pair of which one key is the same. */
const OTHER_PAIR = (pair: string) => `[NewEpoch 1; Point (Some (66, 77)); GrantEscrow [1] 1; Point (Some ${pair})]`;
const WAS_GRANTED = "Definition was_granted (w : world) (p : pair) (e : nat) : Prop := gp w p e.";
const GIVES = "exists p, In p (proven w pairs) /\\ was_granted w p e";
/** Escrow with the pair in force gives epoch 1, which was granted to another pair. */
const givesOthers = (how: string) =>
  `assert (H : whistory (eq 0) (eq 0) (after_both links)) by (apply honest_after; unfold links; admitted).
  destruct (T (eq 0) (eq 0) (after_both links) [9] [1] [] 2 1 H) as (p & [F|[]] & G);
    [split; [discriminate|intros e [<-|[]]; ${how}]|now left|].
  inversion F; subst p. vm_compute in G. intuition congruence.`;
const byOtherPair = (p: string) =>
  `exists ${p}; split; [now left|exists (66, 77); split; [reflexivity|vm_compute; tauto]]`;

const BROKEN_ESCROW: readonly BrokenRule[] = [
  {
    model: "Escrow",
    rule: "ESC-11",
    becomes: "escrow gives any epoch",
    from: GIVES,
    to: "user_epoch w e",
    statement: "escrow_gives_what_was_granted",
    links: OTHER_PAIR("(88, 99)"),
    proof: givesOthers("unfold user_epoch; vm_compute; intuition lia"),
  },
  {
    model: "Escrow",
    rule: "ESC-11",
    becomes: "a pair is known by its signing key alone",
    from: WAS_GRANTED,
    to: WAS_GRANTED.replace("gp w p e", "exists q, fst q = fst p /\\ gp w q e"),
    statement: "escrow_gives_what_was_granted",
    links: OTHER_PAIR("(66, 99)"),
    proof: givesOthers(byOtherPair("(66, 99)")),
  },
  {
    model: "Escrow",
    rule: "ESC-11",
    becomes: "a pair is known by its KEM key alone",
    from: WAS_GRANTED,
    to: WAS_GRANTED.replace("gp w p e", "exists q, snd q = snd p /\\ gp w q e"),
    statement: "escrow_gives_what_was_granted",
    links: OTHER_PAIR("(88, 77)"),
    proof: givesOthers(byOtherPair("(88, 77)")),
  },
  {
    model: "Escrow",
    rule: "ESC-11",
    becomes: "a new pointer takes over what the pointer before was granted",
    from: "| Point p => mkW (newest w) (made w) (mgr w) (gp w) p",
    to: "| Point p => mkW (newest w) (made w) (mgr w) (fun q e => gp w q e \\/ (p = Some q /\\ exists r, force w = Some r /\\ gp w r e)) p",
    statement: "pointing_grants_nothing",
    links: "[NewEpoch 1; Point (Some (66, 77)); GrantEscrow [1] 1]",
    proof: `assert (G : gp (wapply (after_both links) (Point (Some (88, 99))) []) (88, 99) 1).
  { simpl. right. split; [reflexivity|]. exists (66, 77). split; [reflexivity|]. right. split; [reflexivity|now left]. }
  apply T in G. simpl in G. intuition congruence.`,
  },
  {
    model: "Escrow",
    rule: "ESC-6",
    becomes: "a renewal leaves the keys that escrow's epochs are sealed to",
    from: "| Point p => mkW (newest w) (made w) (mgr w) (gp w) p",
    to: "| Point p => mkW (newest w) (made w) (mgr w) (gp w) (match force w with Some q => Some q | None => p end)",
    statement: "renewal_ends_it",
    links: "[Point (Some (66, 77)); Point (Some (88, 99)); NewEpoch 1; GrantEscrow [1] 1]",
    proof: `assert (H : whistory (fun _ => False) (fun _ => False) (after_both links)) by (apply honest_after; unfold links; admitted).
  destruct (T (fun _ => False) (fun _ => False) (eq 5) (eq 77) (after_both [Point (Some (66, 77))]) (88, 99) [] (after_both links) 1)
    as [(m & <- & G)|[[G _]|(s & k & <- & G)]]; try contradiction; auto.
  - change (after_both links) with (wplay (wapply (after_both [Point (Some (66, 77))]) (Point (Some (88, 99))) []) [NewEpoch 1; GrantEscrow [1] 1]).
    apply (play_no_pointer (eq 77)); [|constructor]. intros p I. simpl in I. intuition discriminate.
  - simpl. discriminate.
  - intros n k I. vm_compute in I. contradiction.
  - eapply dy_fst. apply dy_dec with (k := Kdf (seeds [1]) 1); [apply dy_ax; left; vm_compute; tauto|].
    apply dy_unbox with (m := 77) (v := 1); apply dy_ax; [left; vm_compute; tauto|].
    right. right. left. exists 77. split; reflexivity.
  - discriminate.`,
  },
];

const ENROLLED = "Plain (Genesis 1 false) false; EnrollEscrow 1 (mkP (7, 70) 1 5) []";
/** In lockdown; escrow restored a device, whose class is confirmed only while escrow's approvals count. */
const RESTORED = `${ENROLLED}; Plain (Lockdown 1 true [] []) false; Plain (Join 4) false; ByEscrow 2 [4] [1] [1] []`;
const byWhole = (args: string) => `pose proof (T (after_whole links) ${args}) as X. feed X.`;
const lacksTheCurrent = (review: string) => `${byWhole(review)} destruct X as [_ X]. vm_compute in X. discriminate.`;
const MADE_BY_ESCROW = "(negb (empty ap) && negb (granted_in_force w (cur (core2 w)) && memb (cur (core2 w)) runs))";

const BROKEN_WHOLE: readonly BrokenRule[] = [
  {
    model: "Whole",
    rule: "MEM-7",
    becomes: "a review by escrow makes an epoch only where it removes",
    from: MADE_BY_ESCROW,
    to: "false",
    statement: "restored_may_act",
    links: `[${RESTORED}; Plain (Rotate 4 []) true; Plain (Join 7) false]`,
    proof: lacksTheCurrent("2 [7] [] [1] [] 7"),
  },
  {
    model: "Whole",
    rule: "ESC-11",
    becomes: "a review by escrow makes no epoch where it gives only older ones",
    from: MADE_BY_ESCROW,
    to: MADE_BY_ESCROW.replace(" && memb (cur (core2 w)) runs", ""),
    statement: "restored_may_act",
    links: `[${RESTORED}; Plain (Join 6) false]`,
    proof: lacksTheCurrent("2 [6] [] [1] [] 6"),
  },
  {
    model: "Whole",
    rule: "MEM-5",
    becomes: "in lockdown escrow approves whom its approval does not confirm",
    from: "ByEscrow _ ap _ _ _ => forallb (confirmed2 s) ap",
    to: "ByEscrow _ ap _ _ _ => true",
    statement: "restored_may_act",
    links: `[${ENROLLED}; Plain (Lockdown 1 true [] []) false; Plain (Rotate 1 []) true; Plain (Join 5) false]`,
    proof: lacksTheCurrent("2 [5] [] [1] [] 5"),
  },
  {
    model: "Whole",
    rule: "MEM-7",
    becomes: "a review by escrow that removes makes no epoch",
    from: "takes (core2 w) rm || (negb (empty ap)",
    to: "(negb (empty ap)",
    statement: "rotation_due_with_escrow",
    links: `[${ENROLLED}; Plain (Join 3) false; ByEscrow 2 [] [3] [] []]`,
    proof: `${byWhole("3 2")} vm_compute in X. discriminate.`,
  },
  {
    model: "Whole",
    rule: "MEM-6",
    becomes: "an epoch that is withheld from escrow is granted to it all the same",
    from: "due_to w l m && negb (keeps l && is_escrow w m).",
    to: "due_to w l m.",
    statement: "withheld_is_not_reached",
    links: `[${ENROLLED}; Plain (Rotate 1 []) true]`,
    proof: `${byWhole("2 2")} vm_compute in X. discriminate.`,
  },
  {
    model: "Whole",
    rule: "MEM-6",
    becomes: "what was withheld stays withheld after a regrant",
    from: "(kept w m e && negb (grants_to w l m e))",
    to: "kept w m e",
    statement: "withheld_is_not_reached",
    links: `[${ENROLLED}; Plain (Rotate 1 []) true; Plain (Regrant 1 [(2, [2])] []) false]`,
    proof: `${byWhole("2 2")} vm_compute in X. discriminate.`,
  },
  {
    model: "Whole",
    rule: "ESC-11",
    becomes: "a grant counts for the pair that was in force before the link",
    from: "match pair_in_force s with",
    to: "match pair_in_force w with",
    statement: "pairs_are_what_escrow_reaches",
    links: `[${ENROLLED}]`,
    proof: `assert (H : whole_history (after_whole links)) by played.
  destruct (T _ 1 H) as [_ X]. destruct X as [p X]; [exists 2; split; vm_compute; reflexivity|]. vm_compute in X. discriminate.`,
  },
  {
    model: "Whole",
    rule: "ESC-11",
    becomes: "in a review escrow gives any epoch",
    from: "&& forallb (can_give w ps) runs",
    to: "",
    statement: "reviews_give_what_pairs_were_granted",
    links: `[Plain (Genesis 1 false) false; Plain (Join 2) false; EnrollEscrow 2 (mkP (7, 70) 1 5) []; Plain (Join 4) false]`,
    proof: `${byWhole("3 [4] [] [1] [] 4 1")} vm_compute in X. destruct X as [X|[X|[X|(p & [] & _)]]]; discriminate.`,
  },
  {
    model: "Whole",
    rule: "section 6.8",
    becomes: "escrow's approvals always count",
    from: "founder_in (if escrow_counts w then all_led w else own_led w) w m.",
    to: "founder_in (all_led w) w m.",
    statement: "escrow_moves_nobody_before",
    links: `[${ENROLLED}; Plain (Join 3) false]`,
    proof: `assert (H : whole_history (after_whole links)) by played.
  pose proof (T _ 2 [3] [] [1; 2] [] 1 3 H eq_refl) as X. cbv zeta in X. feed X. vm_compute in X. discriminate.`,
  },
];

export const BROKEN: readonly BrokenRule[] = [
  {
    rule: "MEM-6",
    becomes: "recipients are taken before removals",
    from: RCP,
    to: RCP.replace("act' st l m &&", "(act st m || act' st l m) &&"),
    statement: "removed_reaches_nothing_newer",
    links: "[Genesis 1 false; Join 2; Review 1 [] [2] []]",
    proof: newer(2, 2, 3),
  },
  {
    rule: "MEM-6",
    becomes: "in lockdown a new epoch goes to everybody",
    from: RCP,
    to: "Definition rcp st l m := act' st l m.",
    statement: "lockdown_keeps_out",
    links: `${LOCKED}; Rotate 1 []]`,
    proof: "discriminate (T anything (after links) 2 2 (anything_after links eq_refl) eq_refl eq_refl).",
  },
  {
    rule: "MEM-7",
    becomes: "a review that removes makes no new epoch",
    from: "| Review _ _ rm ms => takes st rm || memb (cur st) ms",
    to: "| Review _ _ rm ms => memb (cur st) ms",
    statement: "rotation_due_after_removal",
    links: "[Genesis 1 false; Join 2; Review 1 [] [2] []]",
    proof: notDue(2, 2),
  },
  {
    rule: "MEM-7",
    becomes: "lockdown that removes makes no new epoch",
    from: "if on then takes st rm",
    to: "if on then false",
    statement: "rotation_due_after_removal",
    links: "[Genesis 1 false; Join 2; Lockdown 1 true [2] []]",
    proof: notDue(2, 2),
  },
  {
    rule: "MEM-7",
    becomes: "a member that leaves leaves no rotation due",
    from: "| Leave a => takes st [a] || due st",
    to: "| Leave a => due st",
    statement: "rotation_due_after_removal",
    links: LEFT,
    proof: notDue(2, 2),
  },
  {
    rule: "MEM-7",
    becomes: "an expulsion leaves no rotation due",
    from: "| Expel rm => takes st rm || due st",
    to: "| Expel rm => due st",
    statement: "rotation_due_after_removal",
    links: "[Genesis 1 false; Join 2; Expel [2]]",
    proof: notDue(2, 2),
  },
  {
    rule: "MEM-7",
    becomes: "lockdown that is switched off makes no new epoch",
    from: "else existsb (fun m => act st m && negb (held st m (cur st))) (members st)",
    to: "else false",
    statement: "no_gap",
    links: `${LOCKED}; Lockdown 1 false [] []]`,
    proof: lacksCurrent(2),
  },
  {
    rule: "MEM-1",
    becomes: "an enrolled member does not get the current epoch",
    from: "| Enroll a m _ => [(m, upto (held1 st l a) (cur st))]",
    to: "| Enroll a m _ => [(m, upto (held1 st l a) (cur st - 1))]",
    statement: "no_gap",
    links: "[Genesis 1 false; Enroll 1 2 []]",
    proof: lacksCurrent(2),
  },
  {
    rule: "MEM-1",
    becomes: "an approval gives only the first epoch",
    from: "held1 st l a e && negb (held1 st l m e)) (cur st))) ap",
    to: "held1 st l a e && negb (held1 st l m e)) 1)) ap",
    statement: "no_gap",
    links: "[Genesis 1 false; Join 2; Join 3; Review 1 [3] [] []]",
    proof: `destruct (T (after links) 3 (honest_play links eq_refl eq_refl) (conj eq_refl eq_refl)) as (a & L & K & O).
  destruct (O 1 eq_refl) as [X|X]; [|discriminate]. assert (c : cur (after links) = 3) by reflexivity.
  assert (Y := K 2 ltac:(lia)). vm_compute in Y. discriminate.`,
  },
  {
    rule: "MEM-9",
    becomes: "missing shrinks reach too",
    from: "reach := fun m e => reach st m e || granted st l m e;",
    to: "reach := fun m e => held1 st l m e || granted st l m e;",
    statement: "coalition_within_reach",
    links: "[Genesis 1 false; Rotate 1 [1]]",
    proof: computes(1, 1, "made 1."),
  },
  {
    rule: "MEM-9",
    becomes: "a regrant gives what was never granted",
    from: "forallb (fun e => reach st (fst g) e && held st a e",
    to: "forallb (fun e => held st a e",
    statement: "newcomer_reaches_nothing_older",
    links: "[Genesis 1 false; Join 2; Regrant 1 [(2, [1])] []]",
    proof: `assert (X := T anything (after links) 2 1 (anything_after links eq_refl) ltac:(vm_compute; tauto) eq_refl eq_refl).
  change (2 <= 1) in X. lia.`,
  },
  {
    rule: "MEM-4",
    becomes: "a removed member's key goes on signing",
    from: "Definition holder st a := act st a && held st a (cur st).",
    to: "Definition holder st a := held st a (cur st).",
    statement: "removed_is_frozen",
    links: LEFT,
    proof: thaws(2, 2, "Rotate 2 []", signs),
  },
  {
    rule: "MEM-4",
    becomes: "a removed member takes fresh keys",
    from: "| Rekey a ms _ => act st a && cil st a",
    to: "| Rekey a ms _ => cil st a",
    statement: "removed_is_frozen",
    links: LEFT,
    proof: thaws(2, 2, "Rekey 2 [] true", signs),
  },
  {
    rule: "MEM-4",
    becomes: "a member id may return",
    from: "Definition fresh st m := negb (memb m (members st)).",
    to: "Definition fresh (st : state) (m : nat) := true.",
    statement: "removed_is_frozen",
    links: LEFT,
    proof: thaws(2, 2, "Join 2", "vm_compute in A. discriminate."),
  },
  {
    rule: "MEM-2",
    becomes: "a removed member may be approved",
    from: "misok st a ms && forallb (act st) ap && forallb (act st) rm\n",
    to: "misok st a ms && forallb (act st) rm\n",
    statement: "removed_is_frozen",
    links: LEFT,
    proof: thaws(2, 2, "Review 1 [2] [] []", "assert (X := R 1). vm_compute in X. discriminate."),
  },
  {
    rule: "MEM-10",
    becomes: "a member reclaims what the removed one never held",
    from: "&& forallb (fun e => held st f e && negb",
    to: "&& forallb (fun e => negb",
    statement: "own_links_extend_by_new_epochs",
    links: "[Genesis 1 false; Join 2; Join 3; Leave 3]",
    proof: `pose (C := fun m => m = 2 \\/ m = 3). set (l := Reclaim 2 3 [1] []).
  destruct (T anything C (after links) l [] 2 1 (anything_after links eq_refl) eq_refl (or_introl eq_refl)) as [(x & [X|X] & R)|[X _]];
    [intros a f runs ms E; inversion E; now right|now left|reflexivity| | |discriminate]; subst x; vm_compute in R; discriminate.`,
  },
  {
    rule: "MEM-5",
    becomes: "in lockdown unconfirmed members act as others do",
    from: "Definition cil st a := negb (lock st) || conf st a.",
    to: "Definition cil (st : state) (a : nat) := true.",
    statement: "coalition_within_reach",
    links: `${LOCKED}; Rekey 2 [] true]`,
    proof: computes(2, 2, "made 2."),
  },
  {
    rule: "section 2",
    becomes: "who joins in lockdown is confirmed",
    from: "| Join x => if m =? x then negb (lock st) else conf st m",
    to: "| Join x => if m =? x then true else conf st m",
    statement: "no_gap",
    links: `${LOCKED}]`,
    proof: lacksCurrent(2),
  },
  {
    rule: "GRT-2",
    becomes: "a grant's key is derived from the last seed",
    from: KEY,
    to: key("Seed (last S 0)"),
    statement: "coalition_within_reach",
    links: THREE,
    proof: computes(
      2,
      1,
      "eapply dy_fst. apply dy_dec with (k := gkey seeds [1;2] 3); [published|]. apply dy_kdf. made 2.",
    ),
  },
  {
    rule: "GRT-2",
    becomes: "a grant's key is derived from what the log publishes",
    from: KEY,
    to: key("Nil"),
    statement: "coalition_within_reach",
    links: THREE,
    proof: computes(
      2,
      1,
      "eapply dy_fst. apply dy_dec with (k := gkey seeds [1;2] 3); [published|]. apply dy_kdf, dy_nil.",
    ),
  },
  {
    rule: "GRT-2",
    becomes: "a grant's key is derived from the first seed",
    from: KEY,
    to: key("Seed (hd 0 S)"),
    statement: "coalition_within_reach",
    links: SIX,
    proof: bothEnds("exact S1."),
  },
  {
    rule: "GRT-2",
    becomes: "a grant's key is derived from both ends",
    from: KEY,
    to: key("Pair (Seed (hd 0 S)) (Seed (last S 0))"),
    statement: "coalition_within_reach",
    links: SIX,
    proof: bothEnds("apply dy_pair; [exact S1|exact S4]."),
  },
  {
    rule: "section 7.2",
    becomes: "a grant's key is published beside the keyring",
    from: "[Enc (gkey S i) (seeds S); Box r v (gkey S i)].",
    to: "[Enc (gkey S i) (seeds S); gkey S i].",
    statement: "coalition_within_reach",
    links: JOINED,
    proof: computes(3, 1, "eapply dy_fst. apply dy_dec with (k := gkey seeds [1] 1); published."),
  },
  ...BROKEN_CLASSES,
  ...BROKEN_ESCROW,
  ...BROKEN_WHOLE,
];

/** Broken rules that the comparison with the code must notice. */
export const NOTICED: readonly string[] = [
  "a review that removes makes no new epoch",
  "an approval joins both classes",
  "a review by escrow makes no epoch where it gives only older ones",
  "what was withheld stays withheld after a regrant",
  "a grant counts for the pair that was in force before the link",
  "escrow's approvals always count",
];
