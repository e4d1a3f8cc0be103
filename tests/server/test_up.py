from media.host import DRAIN_SECONDS
from media.worker import HANG_UP_SECONDS
from server.settings import Settings
from server.up import stages


def test_a_media_worker_gets_the_time_that_its_drain_may_take():
    stores, workers, web = stages(Settings(redis_url="redis://elsewhere", media_workers=2))
    assert [role.name for stage in (stores, workers, web) for role in stage] == ["media-0", "media-1", "jobs", "web"]
    assert {role.stop_within > DRAIN_SECONDS + HANG_UP_SECONDS for role in workers if role.name != "jobs"} == {True}
