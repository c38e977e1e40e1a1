// Who are you: the clinic's own sign-in. It opens no mail; it only says whose sealed mail is shown.

import { useEffect, useState } from "preact/hooks";
import * as api from "./api.js";
import { slot } from "./device.js";
import { useWork } from "./hooks.js";
import { T } from "./texts.js";
import { Button, Field, Form, Leaf, Problem } from "./ui.js";

export function SignIn({ onSignedIn }: { readonly onSignedIn: () => void }) {
  const { isBusy, problem, run } = useWork();
  const [known, setKnown] = useState<api.People>();
  const [account, setAccount] = useState("");
  const [password, setPassword] = useState("");
  const [isWrong, setWrong] = useState(false);
  const [isEmpty, setEmpty] = useState(false);
  useEffect(() => {
    void run(async () => {
      const people = await api.people();
      setKnown(people);
      setAccount(people.people[0]?.account ?? "");
    });
  }, [run]);
  const submit = async () => {
    setWrong(false);
    setEmpty(!password);
    if (!password) return;
    const done = await run(async () => {
      try {
        await api.signIn(account, password);
      } catch (error) {
        if (!(error instanceof api.ApiError) || error.status !== 403) throw error;
        setWrong(true);
        return;
      }
      onSignedIn();
    });
    return done;
  };
  return (
    <main class="alone">
      <div class="brand big">
        <Leaf />
        <h1>{T.app}</h1>
        <p class="muted">{T.tagline}</p>
      </div>
      <section class="card narrow" aria-label={T.signIn.title}>
        <Form onSubmit={submit}>
          <fieldset class="people">
            <legend>{T.signIn.account}</legend>
            {known?.people.map(({ account: each, name, role, site }) => (
              <label class="person" key={each}>
                <input type="radio" name="account" checked={each === account} onChange={() => setAccount(each)} />
                <span class="face" aria-hidden="true">
                  {name[0]}
                </span>
                <span>
                  <strong>{name}</strong>
                  <span class="muted">{`${role}, ${site}`}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <Field
            label={T.signIn.password}
            type="password"
            autocomplete="current-password"
            value={password}
            onInput={setPassword}
            hint={known && T.signIn.hint(known.password)}
          />
          <Problem>{isEmpty ? T.signIn.missing : isWrong ? T.signIn.wrong : problem}</Problem>
          <Button look="main" submits isBusy={isBusy}>
            {T.signIn.submit}
          </Button>
        </Form>
      </section>
      <p class="muted center small">
        {T.signIn.devices}
        <br />
        {T.about}
        {slot && ` (${slot})`}
      </p>
    </main>
  );
}
