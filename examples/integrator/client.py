"""Send a visit, read what is urgent: python client.py http://127.0.0.1:8080 TOKEN VISIT.json."""

import json
import sys
import urllib.error
import urllib.request
import uuid
from pathlib import Path

address, token, visit = sys.argv[1:4]
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
headers["Idempotency-Key"] = str(uuid.uuid4())  # kept with the visit: a second try sends it again
request = urllib.request.Request(f"{address}/v1/prediagnoses", Path(visit).read_bytes(), headers)
try:
    with urllib.request.urlopen(request, timeout=30) as answer:
        mark, draft = answer.headers.get("X-Laennec-Mock", "live"), json.load(answer)
except urllib.error.HTTPError as refusal:
    said = json.load(refusal)
    sys.exit(f"{said['code']}: {said['found']}: {said['why']}. {said['remedy']}")
for item in draft["urgent"]:
    print("URGENT", item["level"], item["text"], item["action"])
for item in draft["refused_items"]:
    print("REFUSED", f"{item['found']}: {item['why']}. {item['remedy']}")
for finding in draft["findings"]:
    print(draft["status"], finding["id"], finding["state"] or finding["band"], finding["text"])
print(mark, draft["id"], draft["urgency"], draft["disclaimer"])
