// Send a visit and read what is urgent: node client.mjs http://127.0.0.1:8080 TOKEN VISIT.json
import { readFileSync } from "node:fs";

const [address, token, visit] = process.argv.slice(2);
const answer = await fetch(`${address}/v1/prediagnoses`, {
  method: "POST",
  headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
  body: readFileSync(visit),
});
const draft = await answer.json();
if (!answer.ok) throw new Error(`${draft.code}: ${draft.found}. ${draft.remedy}`);
console.log(answer.headers.get("X-Laennec-Mock") ?? "live");
console.log(draft.id, draft.urgency, draft.disclaimer);
for (const item of draft.urgent) console.log(item.level, item.text, item.action);
for (const finding of draft.findings) {
  console.log(finding.id, finding.state ?? finding.band, finding.text);
}
