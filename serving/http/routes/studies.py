"""The route of a study: decided reports under the pseudonyms of a project."""

from fastapi import APIRouter

from ...audit.reads import record_study_read
from ...studies.pseudonyms import NoSuchProject, project_key, study_records
from ..caller import Calling
from ..rights.access import Deed, require
from .prediagnoses import Json

router = APIRouter(prefix="/v1/studies", tags=["studies"])


@router.get("/{project}/records")
def read_records(project: str, call: Calling) -> Json:
    """Give what physicians decided on who agreed to research; nothing of fewer than five people."""
    require(call.person, Deed.READ_STUDY)
    folder = call.service.site_folder
    if folder is None:
        raise NoSuchProject(
            found="a machine without a site",
            why="the keys of projects lie in the site folder",
            remedy="Set LAENNEC_SITE",
            path="project",
        )
    store, key = call.service.store, project_key(folder, project)
    record_study_read(store, project, reader=call.person, clock=call.service.clock)
    return {"project": project, "records": study_records(store, key)}
