"use strict";
// One reading session. Every answer is kept in this browser as soon as it is given, and can be saved
// to a file at any time; from either the session goes on where it stopped.
const SCHEMA = "laennec.reader_answers/1";
const { tasks, words, plan, name } = JSON.parse(document.getElementById("session").textContent);
const by = (id) => document.getElementById(id);
const place = `laennec.reader/${plan}/${name}`;
let answers = [], displays = 0; // how often the case after the last answer has been shown
let saved = 0, shown = null;

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, key) => values[key]);
const isOver = () => answers.length === tasks.length;

function asFile() {
  const state = isOver() ? "complete" : "partial";
  return { schema: SCHEMA, plan, session: name, state, planned: tasks.length, displays, answers };
}

function keep() {
  try {
    localStorage.setItem(place, JSON.stringify(asFile()));
  } catch {
    warn(words.not_kept);
  }
}

// Begin with what this browser kept; what can't be read is set aside, not written over.
function begin() {
  let text = null;
  try { text = localStorage.getItem(place); } catch { /* keep() below warns */ }
  if (text !== null && !takeOver(parsed(text))) {
    localStorage.setItem(`${place}/unread/${Date.now()}`, text);
    warn(words.unread);
  }
  keep();
  if (answers.length + displays > 0) { by("told").textContent = fill(words.resumed, { k: answers.length, n: tasks.length }); }
  if (isOver()) { by("told").textContent = words.over; }
  draw();
}

function parsed(text) {
  try { return JSON.parse(text); } catch { return null; }
}

function warn(text) {
  by("warning").textContent = text;
  by("warning").hidden = false;
}

// Answers of another session, out of order, or that contradict those given here are not taken over.
function takeOver(file) {
  const isSame = (a, i) => a.task === tasks[i]?.id && typeof a.refer === "boolean" && typeof a.seconds === "number";
  if (file?.schema !== SCHEMA || file.plan !== plan || file.session !== name) { return false; }
  if (!Array.isArray(file.answers) || !file.answers.every(isSame)) { return false; }
  const goesOn = answers.every((a, i) => JSON.stringify(a) === JSON.stringify(file.answers[i]));
  if (!goesOn) { return false; }
  displays = Math.max(file.displays || 0, file.answers.length === answers.length ? displays : 0);
  answers = file.answers;
  return true;
}

function draw() {
  by("case").hidden = shown === null;
  by("next").hidden = shown !== null || isOver();
  by("resume").hidden = shown !== null || isOver();
  by("next").textContent = answers.length ? words.next : words.begin;
  const at = answers.length + (shown === null ? 0 : 1);
  by("progress").textContent = at ? fill(words.progress, { at, n: tasks.length }) : "";
  by("save").hidden = answers.length === 0;
  by("save").textContent = fill(isOver() ? words.save : words.save_partial, { k: answers.length, n: tasks.length });
}

function next() {
  const task = tasks[answers.length], facts = by("facts");
  facts.replaceChildren();
  for (const [label, value] of task.facts) {
    for (const [tag, text] of [["dt", label], ["dd", value]]) {
      const element = document.createElement(tag);
      element.textContent = text;
      facts.append(element);
    }
  }
  by("output").hidden = task.output === "";
  by("output").textContent = task.output;
  by("told").textContent = "";
  displays += 1;
  keep();
  shown = performance.now();
  draw();
}

function answer(refer) {
  const seconds = Math.round((performance.now() - shown) / 100) / 10;
  const given = { task: tasks[answers.length].id, refer, seconds, displays, answered_at: new Date().toISOString() };
  answers.push(given);
  displays = 0;
  shown = null;
  keep();
  if (isOver()) { by("told").textContent = words.over; }
  draw();
}

function save() {
  const link = document.createElement("a");
  const part = isOver() ? "" : `.partial-${answers.length}-of-${tasks.length}`;
  link.href = URL.createObjectURL(new Blob([JSON.stringify(asFile())], { type: "application/json" }));
  link.download = `${name}${part}.json`;
  link.click();
  saved = answers.length;
  by("told").textContent = fill(words.saved, { file: link.download });
}

async function resume() {
  const isTaken = takeOver(parsed(await by("file").files[0].text()));
  by("file").value = "";
  by("told").textContent = fill(isTaken ? words.resumed : words.refused, { k: answers.length, n: tasks.length });
  if (isTaken) {
    saved = answers.length;
    keep();
  }
  draw();
}

by("next").addEventListener("click", next);
by("yes").addEventListener("click", () => answer(true));
by("no").addEventListener("click", () => answer(false));
by("save").addEventListener("click", save);
by("file").addEventListener("change", resume);
window.addEventListener("beforeunload", (event) => {
  if (shown !== null || answers.length > saved) { event.preventDefault(); }
});
window.addEventListener("storage", (event) => {
  if (event.key !== place) { return; }
  saved = answers.length;
  shown = null;
  document.querySelector("main").replaceChildren(by("warning"));
  warn(words.elsewhere);
});
begin();
