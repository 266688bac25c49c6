"""What is deployed fits the schemas of those who read it, keeps authentication on, and takes up what was stopped."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from events.log import open_log
from ops import deploy
from ops.deploy.entry import resumed
from tests.recorded_run import Telling

HERE = Path(deploy.__file__).parent
ROOT = HERE.parent.parent
Plain = dict[str, Any]


def manifest(name: str) -> Plain:
    found: Plain = yaml.safe_load((HERE / name).read_text(encoding="utf-8"))
    return found


def cluster_of(document: Plain) -> Plain:
    spec: Plain = document["spec"]
    return spec.get("rayClusterSpec", spec)


CLUSTER = {
    "type": "object",
    "required": ["rayVersion", "authOptions", "headGroupSpec", "workerGroupSpecs"],
    "properties": {
        "rayVersion": {"type": "string"},
        "authOptions": {"properties": {"mode": {"enum": ["token", "disabled"]}}},
        "enableInTreeAutoscaling": {"type": "boolean"},
        "autoscalerOptions": {"properties": {"version": {"enum": ["v1", "v2"]},
                                             "idleTimeoutSeconds": {"type": "integer"}}},
        "headGroupSpec": {
            "type": "object", "required": ["template"], "additionalProperties": False,
            "properties": {"rayStartParams": {"additionalProperties": {"type": "string"}}, "template": {}},
        },
        "workerGroupSpecs": {"items": {
            "required": ["groupName", "template", "minReplicas", "maxReplicas"], "additionalProperties": False,
            "properties": {
                "groupName": {"type": "string"}, "template": {}, "replicas": {"type": "integer"},
                "minReplicas": {"type": "integer"}, "maxReplicas": {"type": "integer"},
                "rayStartParams": {"additionalProperties": {"type": "string"}},
            },
        }},
    },
    "additionalProperties": False,
}  # fmt: skip
"""The fields of KubeRay's definitions (ray.io/v1) that ours use, strictly."""
JOB = {
    "type": "object",
    "required": ["entrypoint", "rayClusterSpec"],
    "additionalProperties": False,
    "properties": {
        "entrypoint": {"type": "string"}, "entrypointNumCpus": {"type": "number"},
        "submissionMode": {"enum": ["K8sJobMode", "HTTPMode", "InteractiveMode", "SidecarMode"]},
        "backoffLimit": {"type": "integer"}, "activeDeadlineSeconds": {"type": "integer"},
        "shutdownAfterJobFinishes": {"type": "boolean"}, "ttlSecondsAfterFinished": {"type": "integer"},
        "runtimeEnvYAML": {"type": "string"}, "rayClusterSpec": CLUSTER,
    },
}  # fmt: skip


@pytest.mark.parametrize(("name", "kind", "schema"), [("raycluster", "RayCluster", CLUSTER), ("rayjob", "RayJob", JOB)])
def test_a_manifest_has_only_fields_that_kuberay_knows(name: str, kind: str, schema: Plain) -> None:
    document = manifest(f"{name}.yaml")
    assert (document["apiVersion"], document["kind"]) == ("ray.io/v1", kind)
    jsonschema.validate(document["spec"], schema)


@pytest.mark.parametrize("name", ["raycluster.yaml", "rayjob.yaml"])
def test_every_pod_fits_the_schema_of_kubernetes_and_gives_away_no_right(name: str) -> None:
    validate = pytest.importorskip("kubernetes_validate").validate
    cluster = cluster_of(manifest(name))
    for group in (cluster["headGroupSpec"], *cluster["workerGroupSpecs"]):
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "pod"}, "spec": group["template"]["spec"]}
        validate(pod, "1.30", strict=True)
        for container in pod["spec"]["containers"]:
            assert container["securityContext"]["runAsNonRoot"] is True
            assert container["securityContext"]["allowPrivilegeEscalation"] is False
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
            values = [variable.get("value", "") for variable in container["env"] if "KEY" in variable["name"]]
            assert values == [""], "keys come from secrets"


@pytest.mark.parametrize("name", ["raycluster.yaml", "rayjob.yaml"])
def test_token_authentication_stays_on_and_ray_is_the_pinned_one(name: str) -> None:
    cluster = cluster_of(manifest(name))
    pinned = re.search(r"^ray==(\S+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert pinned is not None
    assert (cluster["authOptions"], cluster["rayVersion"]) == ({"mode": "token"}, pinned[1])


def test_the_cluster_file_fits_the_schema_that_ray_ships() -> None:
    found = importlib.util.find_spec("ray")
    assert found is not None
    assert found.origin is not None
    schema = json.loads((Path(found.origin).parent / "autoscaler" / "ray-schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(manifest("ray-cluster.yaml"), schema)


def test_the_job_s_command_line_is_one_that_we_understand() -> None:
    """The entry point of the manifest is parsed by our own command line, up to the help of what it calls."""
    words = manifest("rayjob.yaml")["spec"]["entrypoint"].split()
    assert words[:3] == ["python", "-m", "ops.deploy.entry"]
    asked = subprocess.run([sys.executable, "-m", "ops", *words[3:], "--help"], capture_output=True, check=False)
    assert asked.returncode == 0
    unknown = subprocess.run([sys.executable, "-m", "ops", *words[3:], "--epizodes", "--help"], capture_output=True,
                             check=False)  # fmt: skip
    assert unknown.returncode in (0, 2)


def test_everything_that_the_image_copies_is_there() -> None:
    text = (HERE / "Dockerfile").read_text(encoding="utf-8")
    wanted = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert [name for name in wanted if not (ROOT / name).exists()] == []
    assert {"actors", "configs", "events", "ops", "skillbooks"} <= set(wanted)
    assert re.search(r"^USER (?!root)\w+$", text, re.MULTILINE), "nobody runs as root"


def test_a_job_that_is_started_again_takes_its_run_up(tmp_path: Path) -> None:
    """An unfinished run is resumed; a finished one, another command's, or none is not."""
    url = f"sqlite:///{tmp_path}/log.db"
    asked = ["train", "--episodes", "4", "--store", url]
    assert resumed(asked) == asked
    with open_log(url) as log:
        Telling("train-1").start(4).write(log)
    assert resumed(asked) == [*asked, "--resume", "train-1"]
    assert resumed(["stress", *asked[1:]]) == ["stress", *asked[1:]]
    with open_log(url) as log:
        story = Telling("train-1").finish()
        story.write(log)
    assert resumed(asked) == asked
