// The physician's page: one key, one act; every act is sent once, under a key of its own.
(() => {
  "use strict";
  const alarm = document.getElementById("alarm");
  const title = document.title;
  const watch = async () => {
    try {
      const answer = await fetch("/review/alarms", { credentials: "same-origin" });
      if (!answer.ok || !(answer.headers.get("content-type") || "").includes("json")) return;
      const { due } = await answer.json();
      alarm.hidden = due === 0;
      alarm.firstElementChild.textContent = document.body.dataset.alarm.replace("{n}", due);
      document.title = due ? `(${due}) ${title}` : title;
    } catch { /* the next turn asks again */ }
  };
  if (document.querySelector(".me")) {
    watch();
    setInterval(watch, 20000);
  }

  const review = document.getElementById("review");
  if (!review) return;
  const said = document.getElementById("said");
  const rest = document.getElementById("rest");
  const base = `/v1/prediagnoses/${review.dataset.id}`;
  const say = (text, failed) => {
    said.textContent = text;
    said.classList.toggle("failed", Boolean(failed));
  };
  const send = async (path, body, headers = {}) => {
    const answer = await fetch(`${base}/${path}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID(), ...headers },
      body: JSON.stringify(body),
    });
    const document_ = await answer.json();
    if (!answer.ok) throw document_;
    return document_;
  };
  const failed = (error) => {
    const known = { superseded: review.dataset.superseded, not_signed_in: review.dataset.signedOut };
    // The words of an error of the service are English; the page has those of its own language.
    const own = document.querySelector(`#refusals [data-code="${CSS.escape(error.code || "")}"]`);
    const more = own ? own.textContent : error.code && `(${error.code})`;
    const why = known[error.code] ?? `${review.dataset.failed} ${more || ""}`;
    say(why, true);
    said.scrollIntoView({ block: "center" });
  };
  const decide = async (decision) => {
    try {
      const answer = await send("decision", { decisions: [decision] }, { "If-Match": `"${review.dataset.hash}"` });
      if (answer.undecided.length === 0) { location.reload(); return; }
      const all = Number(review.dataset.all);
      const done = all - answer.undecided.length;
      document.querySelector(".progress").textContent = review.dataset.progress.replace("{done}", done).replace("{all}", all);
      rest.querySelector("[data-all]").textContent = review.dataset.rest.replace("{n}", all - done);
      rest.querySelector(".sure p").textContent = review.dataset.sure.replace("{n}", all - done);
      for (const id of answer.decided) close(id, review.dataset[decision.verdict]);
      say(review.dataset.saved);
      move(1);
    } catch (error) { failed(error); }
  };
  const close = (id, words) => {
    const place = document.querySelector(`.verdict[data-finding="${CSS.escape(id)}"]`);
    place.dataset.decided = "yes";
    place.replaceChildren(Object.assign(document.createElement("p"), { className: "taken", textContent: words }));
    place.closest(".finding").classList.add("done");
  };

  for (const place of document.querySelectorAll(".verdict")) {
    const form = place.querySelector("form");
    if (place.dataset.decided === "yes") place.closest(".finding").classList.add("done");
    if (!form) continue;
    let verdict = "";
    place.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      if (button.dataset.verdict === "confirm") decide({ finding: place.dataset.finding, verdict: "confirm" });
      else if (button.dataset.verdict) {
        verdict = button.dataset.verdict;
        form.hidden = false;
        form.querySelector("[data-for]").hidden = verdict !== "amend";
        form.querySelector(verdict === "amend" ? "[name=to]" : "[name=reason]").focus();
      } else if ("cancel" in button.dataset) { form.hidden = true; place.closest(".finding").focus(); }
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const given = { finding: place.dataset.finding, verdict, reason: form.reason.value };
      if (form.elements.text.value.trim()) given.text = form.elements.text.value.trim();
      if (verdict === "amend") given.to = form.elements.to.value;
      decide(given);
    });
  }

  for (const form of document.querySelectorAll("form[data-send]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        const given = [...new FormData(form)].filter(([, put]) => put);
        await send(form.dataset.send, Object.fromEntries(given));
        location.reload();
      } catch (error) { failed(error); }
    });
  }
  const judgement = document.getElementById("judge");
  if (judgement) judgement.addEventListener("submit", async (event) => {
    event.preventDefault();
    const findings = Object.fromEntries([...new FormData(judgement)].filter(([, put]) => put));
    try {
      await send("judgement", { findings });
      location.reload();
    } catch (error) { failed(error); }
  });
  const acknowledge = document.querySelector("[data-acknowledge]");
  if (acknowledge) acknowledge.addEventListener("click", async () => {
    try {
      await send("acknowledgement", {});
      acknowledge.disabled = true;
      acknowledge.textContent = acknowledge.dataset.doneText;
      watch();
    } catch (error) { failed(error); }
  });
  if (rest) {
    const sure = rest.querySelector(".sure");
    rest.querySelector("[data-all]").addEventListener("click", () => { sure.hidden = false; sure.querySelector("button").focus(); });
    rest.querySelector("[data-cancel]").addEventListener("click", () => { sure.hidden = true; });
    rest.querySelector("[data-really]").addEventListener("click", () => decide({ verdict: "confirm" }));
  }

  const findings = [...document.querySelectorAll(".finding")];
  let here = -1;
  const move = (by) => {
    const shown = findings.filter((f) => f.offsetParent !== null);
    const at = shown.indexOf(findings[here]);
    const next = shown[Math.min(shown.length - 1, Math.max(0, at + by))];
    if (!next) return;
    findings.forEach((f) => f.classList.remove("here"));
    here = findings.indexOf(next);
    next.classList.add("here");
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const press = (selector) => {
    const found = findings[here] && findings[here].querySelector(selector);
    if (found) found.click();
  };
  document.addEventListener("focusin", (event) => {
    const finding = event.target.closest(".finding");
    if (finding) here = findings.indexOf(finding);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && findings[here]) press("[data-cancel]");
    if (event.target.closest("input, select, textarea")) return;
    const acts = {
      j: () => move(1),
      k: () => move(-1),
      d: () => press(":scope > details > summary"),
      c: () => press("[data-verdict=confirm]"),
      a: () => press("[data-verdict=amend]"),
      r: () => press("[data-verdict=reject]"),
      l: () => { const letter = document.querySelector(".letter-link"); if (letter) letter.click(); },
      "?": () => document.querySelector(".keys").scrollIntoView({ block: "center" }),
    };
    if (acts[event.key]) { event.preventDefault(); acts[event.key](); }
  });
})();
