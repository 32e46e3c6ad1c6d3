package main

import "runtime/debug"

// version and commit are set by the linker for a release (-ldflags "-X main.version=… -X main.commit=…").
var version, commit string //nolint:gochecknoglobals // the linker sets them

// versionOrBuild is the release, or what the go command knows of the build.
func versionOrBuild() string {
	if info, ok := debug.ReadBuildInfo(); version == "" && ok && info.Main.Version != "" {
		return info.Main.Version
	}
	if version == "" {
		return "unknown"
	}
	return version
}

func commitOrBuild() string {
	info, ok := debug.ReadBuildInfo()
	if commit != "" || !ok {
		return commit
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			return s.Value
		}
	}
	return ""
}
