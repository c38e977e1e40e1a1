// A year of the clinic's post and of notes between colleagues, for `--seed`. All of it is made up.

import type { Letter } from "./post.js";

/** What comes in over the year, in this order, and then again from the start. */
export const SEED_LETTERS: readonly Letter[] = [
  {
    from: "Marta Lindqvist",
    title: "First appointment",
    text: "I am new in town and looking for a physician. My last one sent the records by post this morning.\n\nWould a Tuesday suit you?",
  },
  {
    from: "St. Columba Laboratory",
    title: "Report 19-2210 is ready",
    text: "The report for sample 19-2210 is ready. Vitamin D 18 ng/ml, calcium normal.",
  },
  {
    from: "Harbour Pharmacy",
    title: "Delivery of inhalers",
    text: "The inhalers that you ordered come on Friday. We keep two of them cool for you.",
  },
  {
    from: "Tomás Herrera",
    title: "Thank you",
    text: "My father walked to the harbour and back yesterday, for the first time since March. Thank you for your patience with both of us.",
  },
  {
    from: "Ines Baptista",
    title: "The dressing",
    text: "The dressing holds, and the edges are dry. I change it every second morning, as shown.\n\nMay I swim with it?",
  },
  {
    from: "Regional Hospital, Radiology",
    title: "Findings: left knee",
    text: "No fracture line. A small effusion, which fits the fall that was described. We advise rest for two weeks, and another look if the pain stays.",
  },
  {
    from: "Jonas Weber",
    title: "Sick note for the school",
    text: "Lina has slept through for the first time, and the fever is gone. The school asks for a note for Monday to Thursday.",
  },
  {
    from: "St. Columba Laboratory",
    title: "Sample 20-0815 could not be used",
    text: "The sample 20-0815 had clotted on the way. Please send another one; we do not charge for it.",
  },
  {
    from: "Aoife Brennan",
    title: "Travel vaccinations",
    text: "We fly on the 9th, and the children are four and seven. Which of the vaccinations are still possible in three weeks?",
  },
  {
    from: "Insurance office",
    title: "Question on invoice 7731",
    text: "Invoice 7731 names two visits on one day. Please confirm that both took place.",
  },
  {
    from: "Piet de Vries",
    title: "Blood pressure diary",
    text: "Mornings between 128 and 134, evenings up to 141. I forgot Sunday.\n\nThe new tablets make me less tired than the old ones.",
  },
  {
    from: "Harbour Pharmacy",
    title: "Out of stock until May",
    text: "The manufacturer delivers no drops before May. We can make them up here, if you write a new prescription.",
  },
];

/** Who writes to whom, how many days ago, and what. */
export const SEED_NOTES = [
  ["ada", "ben", 331, "Welcome to sealed notes. Only the two of us can read this."],
  ["ben", "ada", 330, "Good. Then I can say it: the coffee machine was me."],
  ["chloe", "ada", 290, "Mrs. Lindqvist asked whether she may come half an hour earlier on Tuesday."],
  ["ada", "chloe", 290, "Yes, 8:30 is fine."],
  ["ada", "dina", 214, "Mr. Herrera's father: could you see him for his balance, twice a week?"],
  ["dina", "ada", 213, "Gladly. Mondays and Thursdays at ten."],
  [
    "ada",
    "ben",
    119,
    "My phone is gone. I have removed it, and the new one is approved. If you see news about my devices: that was me.",
  ],
  ["ben", "ada", 119, "Seen, thank you for saying so."],
  ["chloe", "ben", 74, "The delivery is in the back, two boxes must stay cool."],
  ["dina", "ada", 33, "He walked down to the harbour by himself. I thought you would like to know."],
  ["ben", "ada", 2, "Can you look at the wound in room 3 before noon?"],
] as const;
