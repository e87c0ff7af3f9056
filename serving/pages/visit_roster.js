// The visits planned for today: one is chosen, its identity fills the form and can't be typed over.
(() => {
  "use strict";
  const form = document.getElementById("visit");
  const place = document.getElementById("roster");
  if (!form || !place) return;
  const words = place.dataset;
  const list = place.querySelector("tbody");
  const chosen = document.getElementById("roster-chosen");
  const element = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  const two = (n) => String(n).padStart(2, "0");
  const today = () => {
    const now = new Date();
    return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
  };
  const guarded = ["person_id", "visit_id", "birth_date"];
  const sexes = [...form.querySelectorAll('input[name="sex"]')];
  const hold = (isHeld) => {
    for (const name of guarded) form[name].readOnly = isHeld;
    for (const one of sexes) one.disabled = isHeld;
    chosen.hidden = !isHeld;
  };
  const again = document.getElementById("roster-again");
  const choose = ({ visit_id: visitId, person, is_sent: isSent }) => {
    again.hidden = !isSent;
    form.person_id.value = person.id;
    form.visit_id.value = visitId;
    form.birth_date.value = person.birth_date;
    for (const one of sexes) one.checked = one.value === person.sex;
    hold(true);
    form.person_id.dispatchEvent(new Event("change"));
    chosen.focus();
  };
  const day = (text) => (document.documentElement.lang === "fr" ? text.split("-").reverse().join("/") : text);
  const line = (one) => {
    const row = document.createElement("tr");
    const sex = one.person.sex === "female" ? words.tFemale : words.tMale;
    const cells = [one.performed_at.slice(11, 16), one.person.id, day(one.person.birth_date), sex];
    row.append(...cells.map((text) => element("td", text)));
    const last = document.createElement("td");
    const button = Object.assign(element("button", words.tChoose), { type: "button", className: "plain" });
    button.setAttribute("aria-label", `${words.tChoose} ${one.person.id}`);
    button.addEventListener("click", () => choose(one));
    last.append(...(one.is_sent ? [element("span", words.tSent), document.createTextNode(" ")] : []), button);
    row.append(last);
    return row;
  };
  const show = async () => {
    let said;
    try {
      const answer = await fetch(`/v1/roster?day=${today()}`, { credentials: "same-origin" });
      if (!answer.ok) throw answer;
      said = await answer.json();
    } catch {
      said = { visits: [], unreadable: ["?"] };
    }
    list.replaceChildren(...said.visits.map(line));
    place.querySelector("table").hidden = !said.visits.length;
    document.getElementById("roster-broken").hidden = !said.unreadable.length;
    place.hidden = !said.visits.length && !said.unreadable.length;
  };
  document.getElementById("roster-other").addEventListener("click", () => {
    hold(false);
    again.hidden = true;
    for (const name of ["person_id", "birth_date"]) form[name].value = "";
    form.visit_id.value = `visit-${crypto.randomUUID().slice(0, 13)}`;
    for (const one of sexes) one.checked = false;
    form.person_id.focus();
  });
  form.addEventListener("transmitted", show);
  show();
})();
