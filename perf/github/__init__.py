"""What is written to GitHub, and where: the only place that imports PyGithub."""
