// The nurse's page: builds the visit, sends it, and says what is missing before the person leaves.
(() => {
  "use strict";
  const form = document.getElementById("visit");
  if (!form) return;
  const words = form.dataset;
  const result = document.getElementById("result");
  const button = document.getElementById("send");
  const all = (selector) => [...form.querySelectorAll(selector)];
  const decimal = (text) => text.trim().replace(/\s/g, "").replace(",", ".");
  const picked = (name) => form.querySelector(`input[name="${CSS.escape(name)}"]:checked`)?.value ?? "";
  const element = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  let files = [];

  const withZone = (local) => {
    const minutes = -new Date(local).getTimezoneOffset();
    const two = (n) => String(Math.floor(Math.abs(n))).padStart(2, "0");
    return `${local.length === 16 ? `${local}:00` : local}${minutes < 0 ? "-" : "+"}${two(minutes / 60)}:${two(minutes % 60)}`;
  };
  const setNow = () => {
    const now = new Date();
    now.setMinutes(now.getMinutes() - now.getTimezoneOffset());
    form.performed_at.value = now.toISOString().slice(0, 16);
  };
  setNow();
  form.visit_id.value = `visit-${crypto.randomUUID().slice(0, 13)}`;

  const unitOf = (code) => {
    const place = all("[data-unit]").find((one) => one.dataset.unit.split(" ").includes(code));
    return place.value ?? place.dataset.value;
  };
  const measurement = (input) => {
    const code = input.dataset.measure;
    const made = { code, value: decimal(input.value), unit: unitOf(code) };
    if (input.dataset.site) made.site = input.dataset.site;
    for (const how of all("[data-how]")) {
      if (how.value && how.dataset.how.split(" ").includes(code)) made[how.dataset.key] = how.value;
    }
    const fasting = form.querySelector(`[data-fasting="${code}"]`);
    if (fasting && fasting.value.trim()) {
      const hours = Number(decimal(fasting.value));
      made.fasting_hours = Number.isFinite(hours) ? hours : fasting.value.trim();
    }
    return made;
  };
  // A figure without a unit is refused, never guessed (hazard H3): no unit is chosen before the nurse chooses it.
  const withoutUnit = () => all("select[data-unit]").flatMap((place) => {
    const codes = place.dataset.unit.split(" ");
    const typed = all("[data-measure]").filter((one) => codes.includes(one.dataset.measure) && one.value.trim());
    const isMissing = typed.length > 0 && !place.value;
    place.setAttribute("aria-invalid", isMissing);
    return isMissing ? [{ place, values: typed.map((one) => one.value.trim()) }] : [];
  });
  const answerOf = (value) => (value === "true" ? true : value === "false" ? false : value);
  const questionnaire = () => {
    const said = {};
    for (const name of new Set(all('input[name^="questionnaire."]').map((one) => one.name))) {
      if (picked(name)) said[name.slice("questionnaire.".length)] = answerOf(picked(name));
    }
    return said;
  };
  const visit = () => {
    const person = { id: form.person_id.value.trim() };
    if (form.birth_date.value) person.birth_date = form.birth_date.value;
    if (picked("sex")) person.sex = picked("sex");
    const made = {
      schema: "laennec.visit/1",
      visit_id: form.visit_id.value.trim(),
      performed_at: withZone(form.performed_at.value),
      person,
      measurements: all("[data-measure]").filter((one) => one.value.trim()).map(measurement),
      questionnaire: questionnaire(),
    };
    for (const whole of all("[data-whole]")) {
      const name = whole.dataset.whole;
      const ticked = all(`[data-list="${name}"]:checked`).map((one) => one.value);
      if (whole.checked || ticked.length) made[name] = ticked;
    }
    return made;
  };
  for (const one of all("[data-list]")) {
    one.addEventListener("change", () => {
      if (one.checked) form.querySelector(`[data-whole="${one.dataset.list}"]`).checked = true;
    });
  }

  const consents = () => {
    const said = {};
    for (const name of new Set(all('input[name^="consent."]').map((one) => one.name))) {
      if (picked(name)) said[name.slice("consent.".length)] = picked(name) === "true";
    }
    return said;
  };
  const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });
  const ask = async (url, options, tries = 6) => {
    const answer = await fetch(url, { credentials: "same-origin", ...options });
    const said = await answer.json();
    if (answer.ok) return said;
    if (said.code !== "busy" || tries <= 1) throw said;
    const seconds = Math.min(Number(answer.headers.get("retry-after")) || 5, 30);
    result.replaceChildren(element("p", words.tBusy.replace("{n}", seconds), "note"));
    await pause(seconds);
    return ask(url, options, tries - 1);
  };
  form.person_id.addEventListener("change", async () => {
    const id = form.person_id.value.trim();
    if (!id) return;
    try {
      const { answers } = await ask(`/v1/consents/${encodeURIComponent(id)}`, {});
      for (const name of new Set(all('input[name^="consent."]').map((one) => one.name))) {
        const known = answers[name.slice("consent.".length)];
        const value = known ? String(known.answer === "given") : "";
        form.querySelector(`input[name="${CSS.escape(name)}"][value="${value}"]`).checked = true;
      }
      document.getElementById("known-answers").hidden = Object.keys(answers).length === 0;
    } catch { /* the answers are asked again when the visit is sent */ }
  });

  const body = (document_) => {
    if (!files.length) return { body: JSON.stringify(document_), headers: { "Content-Type": "application/json" } };
    const parts = new FormData();
    parts.append("visit", new Blob([JSON.stringify(document_)], { type: "application/json" }), "visit.json");
    for (const file of files) parts.append("ecg", file, file.name);
    return { body: parts, headers: {} };
  };
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const part = (title, rows, className) => {
    if (!rows.length) return [];
    const list = element("ul", "", className);
    const lines = new Map();
    for (const [strong, more] of rows) {
      // What is said twice of one value stands under it once.
      if (!lines.has(strong)) lines.set(strong, element("li", "")).get(strong).append(element("strong", capital(strong)));
      if (more) lines.get(strong).append(element("span", capital(more)));
    }
    list.append(...lines.values());
    return [element("h3", title), list];
  };
  const notice = (one) => [one.found, `${one.why}. ${one.remedy}`];
  const calls = (urgent) => urgent.filter((one) => one.level === "U0" || one.level === "U1").map((one) => {
    const box = element("section", "", "call");
    box.append(element("p", one.text, "what"), element("p", `${words.tCall} : ${one.addressee}`, "whom"), element("p", capital(one.action)));
    return box;
  });
  const show = (said) => {
    const again = [...said.refused_items, ...said.suspect_items, ...said.notes].map(notice);
    // The sentences of a reader's error are English; the notice of the same file is in the page's language.
    if (said.ecg_refused) again.unshift([words.tEcgRefused, said.ecg_refused.code]);
    const todo = said.to_do_now.map((step) => [step, ""]);
    const isComplete = !again.length && !todo.length;
    result.replaceChildren(
      ...calls(said.urgent),
      ...(isComplete ? [element("p", words.tComplete, "complete")] : []),
      ...part(words.tAgain, again, "again"),
      ...part(words.tNow, todo, "todo"),
      ...part(words.tLabLater, said.at_the_laboratory.map((step) => [step, ""]), "later-steps"),
      element("p", words.tSent.replace("{n}", said.version), "sent"),
      ...(isComplete ? [] : [element("p", words.tSentAgain, "note")]),
    );
    result.focus();
  };
  // The words of an error of the service are English: what a nurse can mend has a sentence of the page's language here.
  const whyRefused = (error) => ({
    not_signed_in: words.tSignedOut,
    wrong_role: words.tNotAllowed,
    body_too_large: words.tTooLarge,
    ecg_too_large: words.tTooLarge,
    identifier_missing: words.tNoIdentifier,
    not_permitted: words.tTaken,
  })[error.code] ?? (words.lang === "en" && error.detail ? error.detail : `(${error.code})`);
  const failed = (error) => {
    const text = error.status === 503 || error.code === "busy" ? words.tStoreDown
      : error.code ? `${words.tFailed} ${whyRefused(error)} ${words.tWorry}` : words.tOffline;
    // A visit that is not kept may be urgent all the same: whom to call stands first (hazard H1).
    result.replaceChildren(...calls(error.urgent ?? []), element("p", text, "problem"));
    result.focus();
  };
  const askUnits = (missing) => {
    const lines = missing.map(({ place, values }) => [
      words.tUnitMissing.replace("{name}", () => place.dataset.name).replace("{values}", () => values.join(", ")), "",
    ]);
    result.replaceChildren(
      ...part(words.tUnitTitle, lines, "again"),
      element("p", `${words.tUnitWhy} ${words.tWorry}`, "problem"),
    );
    for (const { place } of missing) place.closest("details")?.setAttribute("open", "");
    missing[0].place.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!form.person_id.value.trim() || !form.visit_id.value.trim() || !form.performed_at.value) {
      result.replaceChildren(element("p", words.tFill, "problem"));
      (form.person_id.value.trim() ? form.performed_at : form.person_id).focus();
      return;
    }
    const missing = withoutUnit();
    if (missing.length) {
      askUnits(missing);
      return;
    }
    button.disabled = true;
    button.textContent = words.tChecking;
    result.replaceChildren();
    try {
      const answers = consents();
      const made = visit();
      if (Object.keys(answers).length) {
        await ask("/v1/consents", {
          method: "POST",
          headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ person_id: made.person.id, answers }),
        });
      }
      const sent = body(made);
      show(await ask(`/v1/prediagnoses?lang=${words.lang}&view=status`, {
        method: "POST",
        body: sent.body,
        headers: { ...sent.headers, "Idempotency-Key": crypto.randomUUID() },
      }));
      form.dispatchEvent(new Event("transmitted"));
    } catch (error) {
      failed(error);
    } finally {
      button.disabled = false;
      button.textContent = words.tCheck;
    }
  });

  const drop = document.getElementById("drop");
  const list = document.getElementById("files");
  const showFiles = () => {
    list.replaceChildren(...files.map((file) => {
      const line = element("li", `${file.name} `);
      const remove = Object.assign(element("button", words.tEcgRemove, "plain"), { type: "button" });
      remove.addEventListener("click", () => { files = files.filter((one) => one !== file); showFiles(); });
      line.append(remove);
      return line;
    }));
  };
  const add = (given) => {
    const names = new Set([...given].map((file) => file.name));
    files = [...files.filter((file) => !names.has(file.name)), ...given];
    showFiles();
  };
  document.getElementById("ecg").addEventListener("change", (event) => { add(event.target.files); event.target.value = ""; });
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); add(event.dataTransfer.files); });
})();
