"""One fact finding of one visit."""

from laennec.engine.facts.findings import evaluate_facts, fact_findings
from laennec.engine.guidelines import load_guidelines
from visits import visit_batch

FR = load_guidelines()


def found(visit, finding, guidelines=FR):
    batch = visit_batch(visit)
    columns = evaluate_facts(batch, guidelines)
    return next(f for f in fact_findings(columns, batch, 0) if f.id == finding)
