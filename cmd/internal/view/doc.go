// Package view holds what the commands, the API and the pages show: the shapes that scripts rely on.
//
// A view is made once, by cmd/internal/app, from the state and the engine; it crosses the socket as JSON
// (cmd/internal/web) and is rendered as text or as that same JSON (cmd/internal/render). The names of
// the JSON attributes are fixed: sides are known by the labels of their sources everywhere. Reports and
// planned changes are not here, since the engine makes them in their final shape (pipeline.Report,
// pipeline.PlannedChange).
//
// Invariant kept: no view has room for a secret.
package view
