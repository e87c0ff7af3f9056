// Send a visit, read what is urgent: node client.mjs http://127.0.0.1:8080 TOKEN VISIT.json
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";

const [address, token, visit] = process.argv.slice(2);
const key = randomUUID(); // kept with the visit: a second try sends it again
const answer = await fetch(`${address}/v1/prediagnoses`, {
  method: "POST",
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": key },
  body: readFileSync(visit),
});
const draft = await answer.json();
if (!answer.ok) throw new Error(`${draft.code}: ${draft.found}: ${draft.why}. ${draft.remedy}`);
for (const item of draft.urgent) console.log("URGENT", item.level, item.text, item.action);
for (const item of draft.refused_items) {
  console.log("REFUSED", `${item.found}: ${item.why}. ${item.remedy}`);
}
for (const finding of draft.findings) {
  console.log(draft.status, finding.id, finding.state ?? finding.band, finding.text);
}
console.log(answer.headers.get("X-Laennec-Mock") ?? "live", draft.id, draft.urgency, draft.disclaimer);
