// The letter: what stands in it when the physician keeps it is kept, word for word.
(() => {
  "use strict";
  const letter = document.querySelector(".letter");
  const button = document.getElementById("keep-letter");
  if (!letter || !button) return;
  const said = document.getElementById("letter-said");
  const say = (text, failed) => {
    said.textContent = text;
    said.classList.toggle("failed", Boolean(failed));
  };
  document.getElementById("print-letter").addEventListener("click", () => window.print());
  letter.addEventListener("input", () => { button.disabled = false; say(letter.dataset.changed); });
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      const answer = await fetch(`/v1/prediagnoses/${letter.dataset.id}/letters`, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "If-Match": `"${letter.dataset.hash}"` },
        body: JSON.stringify({ text: letter.innerText }),
      });
      const kept = await answer.json();
      if (!answer.ok) throw kept;
      say(letter.dataset.kept.replace("{hash}", kept.sha256.slice(0, 12)));
    } catch (error) {
      button.disabled = false;
      const remedy = document.querySelector(`#refusals [data-code="${CSS.escape(error.code || "")}"]`);
      say(`${letter.dataset.failed} ${remedy ? remedy.textContent : error.code ? `(${error.code})` : ""}`, true);
    }
  });
})();
