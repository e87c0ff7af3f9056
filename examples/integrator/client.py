"""Send a visit and read what is urgent: python client.py http://127.0.0.1:8080 TOKEN VISIT.json."""

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path

address, token, visit = sys.argv[1:4]
headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
request = urllib.request.Request(f"{address}/v1/prediagnoses", Path(visit).read_bytes(), headers)
try:
    with urllib.request.urlopen(request, timeout=30) as answer:
        print(answer.headers.get("X-Laennec-Mock", "live"))
        draft = json.load(answer)
except urllib.error.HTTPError as refusal:
    said = json.load(refusal)
    sys.exit(f"{said['code']}: {said['found']}. {said['remedy']}")
print(draft["id"], draft["urgency"], draft["disclaimer"])
for item in draft["urgent"]:
    print(item["level"], item["text"], item["action"])
for finding in draft["findings"]:
    print(finding["id"], finding["state"] or finding["band"], finding["text"])
