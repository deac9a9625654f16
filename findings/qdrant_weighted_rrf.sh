#!/usr/bin/env bash
# Qdrant's weighted reciprocal rank fusion does not multiply by the weight. A point at place p (from 0) of a ranking of
# weight w adds 1 / ((p + 1) / w + k - 1), where one expects w / (k + p). Weight squeezes the places of its ranking
# together, so between two rankings that disagree the one with the SMALLER weight decides the order. To let a ranking
# count more, fuse without weights and order what was found by a score of your own.
#
# Seen with qdrant-edge-py 0.9.0 and qdrant-client 1.20.0 (":memory:") on 2026-11-28: ranking A is 0, 1, 2 with weight 3,
# ranking B is 2, 1, 0 with weight 1, k = 60; the result is 2, 1, 0.
set -euo pipefail
unset PYTHONPATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install -qq qdrant-edge-py==0.9.0 qdrant-client==1.20.0
cd "$folder"
venv/bin/python - <<'PY'
import qdrant_edge as edge
from qdrant_client import QdrantClient, models

K, WEIGHTS, ONE = 60, [3.0, 1.0], [1.0, 0.0]
vectors = [{"a": [3.0 - point, 0.0], "b": [1.0 + point, 0.0]} for point in range(3)]
expected = {p: 1 / ((p + 1) / 3 + K - 1) + 1 / ((2 - p + 1) / 1 + K - 1) for p in range(3)}

client = QdrantClient(":memory:")
size = models.VectorParams(size=2, distance=models.Distance.DOT)
client.create_collection("points", vectors_config={"a": size, "b": size})
client.upsert("points", [models.PointStruct(id=point, vector=v) for point, v in enumerate(vectors)])
rankings = [models.Prefetch(query=ONE, using=name, limit=3) for name in "ab"]
fusion = models.RrfQuery(rrf=models.Rrf(k=K, weights=WEIGHTS))
memory = client.query_points("points", prefetch=rankings, query=fusion, limit=3).points

shape = edge.EdgeVectorParams(size=2, distance=edge.Distance.Dot)
shard = edge.EdgeShard.create("shard", edge.EdgeConfig(vectors={"a": shape, "b": shape}))
shard.update(edge.UpdateOperation.upsert_points([edge.Point(point, v, {}) for point, v in enumerate(vectors)]))
rankings = [edge.Prefetch(3, edge.Query.Nearest(ONE, using=name)) for name in "ab"]
embedded = shard.query(edge.QueryRequest(limit=3, prefetches=rankings, query=edge.Fusion.Rrf(K, WEIGHTS)))

for name, found in (("in memory", memory), ("Qdrant Edge", embedded)):
    scores = [(point.id, round(point.score, 5)) for point in found]
    print(name, scores)
    assert [point for point, _ in scores] == [2, 1, 0], "the ranking of weight 1 no longer decides"
    assert all(abs(score - expected[point]) < 1e-5 for point, score in scores), expected
PY
