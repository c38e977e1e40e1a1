// The clinic's post: letters and voice messages that come in from outside. All of it is made up.

/** A letter as its sender wrote it. */
export interface Letter {
  readonly from: string;
  readonly title: string;
  readonly text: string;
}

/** Who called, and for how long. */
export interface Call {
  readonly from: string;
  readonly seconds: number;
}

export const WELCOME: Letter = {
  from: "Alder Street Clinic",
  title: "Welcome to your sealed inbox",
  text: [
    "Everything in this inbox was sealed for your devices before it was stored. The clinic's server has it, and cannot read it.",
    "Two things are worth a minute now. Make a backup key on paper: it opens everything when every device is lost. And add a second device: open another browser, a private window, or “Another device” in the menu, and sign in there.",
    "A new device receives mail at once. It reads what is older when you approve it on this one.",
  ].join("\n\n"),
};

export const LETTERS: readonly Letter[] = [
  {
    from: "Marta Lindqvist",
    title: "Results of Tuesday's blood test",
    text: "Thank you for calling me back so quickly.\n\nThe laboratory sent me the results this morning, and I would like to go through them with you before I start the tablets. Ferritin is at 11, everything else looks normal to me. Could we speak on Thursday after four?\n\nMarta Lindqvist",
  },
  {
    from: "St. Columba Laboratory",
    title: "Report 20-4417 is ready",
    text: "The report for sample 20-4417 is ready. Haemoglobin 12.1 g/dl, ferritin 11 µg/l, CRP below 1 mg/l.\n\nPlease confirm that you have received it.",
  },
  {
    from: "Tomás Herrera",
    title: "My father's new medication",
    text: "Since Monday my father takes the new tablets in the morning instead of the evening, as you said. He sleeps better, and the dizziness is gone.\n\nShould he stay on half a tablet until the appointment on the 14th?\n\nTomás Herrera",
  },
  {
    from: "Ines Baptista",
    title: "Photograph of the wound",
    text: "The edges look less red than yesterday and there is no swelling any more. I changed the dressing at eight, as shown.\n\nI will send another photograph tomorrow.",
  },
  {
    from: "Harbour Pharmacy",
    title: "Question on a prescription",
    text: "We cannot get the 5 mg tablets before next week. May we give the 10 mg tablets, to be halved? Please answer by letter or call 4471.",
  },
];

export const CALLS: readonly Call[] = [
  { from: "Marta Lindqvist", seconds: 46 },
  { from: "Unknown number", seconds: 38 },
  { from: "Harbour Pharmacy", seconds: 61 },
  { from: "Tomás Herrera", seconds: 52 },
];
