"""The stages in order: build, serve upstream, launch, load, record, judge, report."""
