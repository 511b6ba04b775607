"""Write the stored rows and results anew: ``make golden``. A commit that does so says why."""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import fixtures  # noqa: E402


def main(only: list[str]) -> None:
    """Write ``rows.json`` and ``results.json`` and name what changed; ``only`` some methods where they are named."""
    import results

    file = HERE / "rows.json"
    before = json.loads(file.read_text())["rows"] if file.exists() else {}
    rows = {name: before[name] for name in map(" ".join, fixtures.CASES) if name in before}
    for kebab, modality in fixtures.CASES:
        name = f"{kebab} {modality}"
        if only and kebab not in only:
            continue
        generated = fixtures.generated(kebab, modality)
        rows[name] = {
            "n": len(generated), "digest": fixtures.digest(generated), "summary": fixtures.summary(generated),
        }  # fmt: skip
        old = before.get(name, {}).get("digest", rows[name]["digest"])
        print(f"{name}: {rows[name]['digest']}{'' if old == rows[name]['digest'] else ' (changed)'}", flush=True)
        file.write_text(json.dumps({"machine": fixtures.machine(), "rows": rows}, indent=1) + "\n")
    if not only or "results" in only:
        (HERE / "results.json").write_text(json.dumps(results.everything(), indent=1) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
