"""The texts of workflow files, one for each CI system; @NAMES@ are put in by `ci_files`."""

ACTIONS = """\
# Made by `gryt ci init @SYSTEM@`: proves what is pushed; publishes its record, note and rc tag.
#
# It needs a pipeline in .gryt/pipelines, and an evolution that was started: the one that the commit
# names (`Gryt-Evolution: v1.2.0-rc.1` or `[CHANGE-ID]`), that of the branch, or the only open one.
# Where several fit, the job ends with status 3 and names them.
#
@RIGHTS@
name: gryt

on:
  push:
    branches: ['**', '!gryt/**']
  workflow_dispatch:
    inputs:
      evolution:
        description: The evolution to prove, such as v1.2.0-rc.1
        required: false

permissions: {}

concurrency:
  group: gryt-${{ github.ref }}
  cancel-in-progress: false

jobs:
  prove:
    runs-on: @RUNNER@
    timeout-minutes: 60
    permissions:
      contents: write
    steps:
      - uses: @CHECKOUT@
        with:
          fetch-depth: 0
@PYTHON@      - name: Install gryt
        run: python -m pip install gryt==@VERSION@
      - name: Fetch the ledger
        run: gryt sync pull
      - name: Prove
        run: gryt run
        env:
          GRYT_EVOLUTION: ${{ inputs.evolution }}
      - name: Publish
        if: always()
        run: gryt sync push
"""

GITHUB_RIGHTS = """\
# `contents: write` is for refs/gryt/*, refs/notes/gryt and the rc tag: git has no smaller right.
# Tags that are pushed with the job's own token start no other workflow; where the release tag
# must start one, promote with a token or deploy key of your own.\
"""

FORGEJO_RIGHTS = """\
# The job's own token pushes refs/gryt/*, refs/notes/gryt and the rc tag, where the repository's
# settings let it write. Versions that know `permissions` give it no more than is asked for.\
"""

SETUP_PYTHON = """\
      - uses: @SETUP@
        with:
          python-version: '3.12'
"""

GITLAB = """\
# Made by `gryt ci init gitlab`: proves what is pushed; publishes its record, note and rc tag.
#
# The right to push: Settings > CI/CD > Job token permissions > Allow Git push requests. Or the
# masked variable GRYT_TOKEN, a project access token (write_repository), and GRYT_USER, its name.
gryt:
  image: python:3.12
  variables:
    GIT_STRATEGY: clone
    GIT_DEPTH: "0"
  resource_group: gryt
  timeout: 1 hour
  rules:
    - if: $CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH !~ /^gryt\\//
  script:
    - python -m pip install gryt==@VERSION@
    - git config credential.helper '!f() { echo "username=${GRYT_USER:-gitlab-ci-token}"; echo "password=${GRYT_TOKEN:-$CI_JOB_TOKEN}"; }; f'
    # the address that the runner cloned from has a token that may only read
    - git remote set-url origin "$CI_PROJECT_URL.git"
    - gryt sync pull
    - status=0; gryt run || status=$?
    - gryt sync push
    - exit $status
"""  # noqa: E501

WOODPECKER = """\
# Made by `gryt ci init woodpecker`: proves what is pushed; publishes its record, note and rc tag.
#
# The right to push: a secret gryt_token, a token of a user who may push to this repository.
when:
  - event: push
    branch:
      exclude: gryt/**
  - event: manual

clone:
  git:
    image: woodpeckerci/plugin-git:2.6.5
    settings:
      partial: false
      depth: 0
      tags: true

steps:
  - name: gryt
    image: python:3.12
    environment:
      GRYT_TOKEN:
        from_secret: gryt_token
    commands:
      - python -m pip install gryt==@VERSION@
      - git config credential.helper '!f() { echo username=gryt; echo "password=$${GRYT_TOKEN}"; }; f'
      - gryt sync pull
      - status=0; gryt run || status=$?
      - gryt sync push
      - exit $status
"""  # noqa: E501

JENKINS = """\
// Made by `gryt ci init jenkins`: proves what is pushed; publishes its record, note and rc tag.
//
// The right to push: the credentials 'git-push', a user and a token that may push.
pipeline {
  agent any
  options {
    timeout(time: 60, unit: 'MINUTES')
    disableConcurrentBuilds()
    skipDefaultCheckout()
  }
  stages {
    stage('gryt') {
      steps {
        checkout scmGit(
          branches: scm.branches,
          userRemoteConfigs: scm.userRemoteConfigs,
          extensions: [cloneOption(shallow: false, noTags: false)]
        )
        withCredentials([gitUsernamePassword(credentialsId: 'git-push', gitToolName: 'Default')]) {
          sh '''
            python3 -m venv .git/gryt-venv
            .git/gryt-venv/bin/python -m pip install gryt==@VERSION@
            PATH="$PWD/.git/gryt-venv/bin:$PATH"
            gryt sync pull
            status=0; gryt run || status=$?
            gryt sync push
            exit $status
          '''
        }
      }
    }
  }
}
"""
