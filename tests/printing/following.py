"""What becomes of a job, followed on the live feed."""

from tests.bar import Tablet


async def until_ended(tablet: Tablet, job_id: int) -> None:
    """Follow the live feed until a job has been printed."""
    async with tablet.live("rooms=floor") as feed:
        await feed.frame()
        ended = ("printed", "sent")
        if (await tablet.get(f"/api/print-jobs/{job_id}"))["job"]["state"] not in ended:
            await feed.until(lambda each: each["subject"] == f"job:{job_id}" and each["data"]["state"] in ended)
